"""Whether one file is a stack of several documents."""
