"""Tickets that open the live socket."""
