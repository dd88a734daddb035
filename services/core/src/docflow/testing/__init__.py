"""Factories, fakes and contract suites for the tests of every service."""
