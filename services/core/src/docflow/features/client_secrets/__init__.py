"""Secrets that output actions use by name."""
