"""How long a client keeps its documents and what was read from them."""
