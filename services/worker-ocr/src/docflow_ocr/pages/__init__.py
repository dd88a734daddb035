"""Functions that open untrusted files. They run in a child process and take and give picklable values only."""
