"""The `docflow` command."""
