"""Where notifications go besides the portal: mailboxes and chats."""
