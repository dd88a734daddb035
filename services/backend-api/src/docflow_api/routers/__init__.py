"""One module a noun; a route translates HTTP and nothing else."""
