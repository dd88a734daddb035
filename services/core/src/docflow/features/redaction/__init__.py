"""What identifies a person, taken out of what a model's vendor gets to see."""
