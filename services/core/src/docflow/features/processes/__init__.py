"""Processes: one or more documents that move through the stages."""
