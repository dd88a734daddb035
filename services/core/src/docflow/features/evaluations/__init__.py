"""Approved documents as a measure of prompts and configurations."""
