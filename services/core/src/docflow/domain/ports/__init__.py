"""Protocols of the outside world. Each has an in-memory twin in `docflow.testing`; both pass the same tests."""
