"""Pictures of pages, for people."""
