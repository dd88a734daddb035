"""The gateway: REST, sign-in and live events."""
