"""Versioned per-client configurations."""
