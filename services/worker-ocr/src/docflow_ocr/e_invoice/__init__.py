"""Structured e-invoices: found, read exactly and checked, without any model. Runs in a child process."""
