"""Messages to chats and phones."""
