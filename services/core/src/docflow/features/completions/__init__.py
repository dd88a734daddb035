"""Asking models: the way from a question to one answer that is paid for and known."""
