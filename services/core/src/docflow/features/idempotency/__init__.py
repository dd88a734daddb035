"""Stored answers to repeated requests."""
