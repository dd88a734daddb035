"""Outgoing requests to addresses that clients chose."""
