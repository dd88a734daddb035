"""Letters to people, on their way out."""
