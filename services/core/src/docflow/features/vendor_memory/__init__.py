"""What approved documents teach about those who send them."""
