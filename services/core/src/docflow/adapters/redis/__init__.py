"""What the Redis forms of cache, limits and live events share: one pool, and whether the server answers."""
