"""Results and files in the forms that people open."""
