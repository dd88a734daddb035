"""Printed values and their canonical forms: money, dates, ids, bank accounts, VAT numbers, currencies."""
