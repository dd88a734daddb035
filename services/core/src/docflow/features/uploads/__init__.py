"""Files sent before the process that they belong to."""
