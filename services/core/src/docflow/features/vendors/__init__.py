"""Whom a client pays: their accounts, what they ask for, and what a person has verified."""
