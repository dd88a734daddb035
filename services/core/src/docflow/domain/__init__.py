"""Values, rules, decisions and Protocols. No I/O; standard library and pydantic only."""
