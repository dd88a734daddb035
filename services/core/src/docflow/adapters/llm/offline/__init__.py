"""Reads fields with no model: labels, places and arithmetic. What it does not find, it does not name."""
