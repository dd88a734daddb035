"""Taking in new processes."""
