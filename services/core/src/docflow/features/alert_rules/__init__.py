"""Measures and events that people are told of when they pass a bar."""
