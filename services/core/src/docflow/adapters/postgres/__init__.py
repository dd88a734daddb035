"""A PostgreSQL of our own on this machine: programs, account, place, launcher."""
