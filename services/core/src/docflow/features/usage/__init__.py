"""Model calls, budgets and usage."""
