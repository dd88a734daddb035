"""Stage runs: the queue, the lease and the timeline."""
