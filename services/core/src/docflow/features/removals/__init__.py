"""Files that are to go: of processes that never came, of uploads that expired, of what was erased."""
