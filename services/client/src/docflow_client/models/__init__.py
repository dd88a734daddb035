"""What the service answers. Fields that a newer service adds are kept, not refused."""
