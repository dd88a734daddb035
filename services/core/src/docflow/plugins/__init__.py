"""Parts a client's configuration names; built in, or installed beside us under the entry point group `docflow.plugins`."""
