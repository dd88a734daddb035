"""Adapters of the ports, by port and kind. A library's types do not leave its adapter."""
