"""Which process type a document belongs to."""
