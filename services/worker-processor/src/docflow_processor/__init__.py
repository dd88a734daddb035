"""INTELLIGENT_PROCESS: checks what was read and decides whether a person must look."""
