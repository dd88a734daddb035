"""People, their sign-ins and sessions."""
