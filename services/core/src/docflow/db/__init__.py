"""Engine, sessions, the declarative base and the outbox."""
