"""Builds one container from the settings and runs services in it. The only place that names adapters."""
