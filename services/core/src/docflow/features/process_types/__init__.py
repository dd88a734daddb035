"""Kinds of documents a client processes."""
