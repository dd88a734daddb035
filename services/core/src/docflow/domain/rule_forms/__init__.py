"""Rules that are more than a field and what it is compared to: expressions, other documents, earlier processes."""
