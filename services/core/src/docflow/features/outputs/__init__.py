"""Output actions."""
