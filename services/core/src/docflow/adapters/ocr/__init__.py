"""Engines that read page images."""
