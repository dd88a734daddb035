"""Providers that read the fields of a document."""
