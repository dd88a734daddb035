"""Writes the audit log in batches and keeps its hash chain."""
