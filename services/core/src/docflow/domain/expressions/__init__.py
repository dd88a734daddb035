"""A small, exact, bounded form of the Common Expression Language: for rules of configurations and workflow conditions."""
