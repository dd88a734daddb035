"""Sending letters: into a folder, or through an SMTP server."""
