"""Taking a process out of the system for good."""
