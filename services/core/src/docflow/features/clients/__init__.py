"""Clients (tenants)."""
