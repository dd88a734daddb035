"""How sure readings are, learned from what reviewers kept and changed."""
