"""Measures over all clients that the people who run the platform are told of when they pass a bar."""
