"""Importable n8n workflows: the templates, their rules, and copies of them with ids of their own."""
