"""Leases: one plugin with all four hooks. Keep those that you need."""

from collections.abc import Mapping, Sequence

from docflow.domain.json_types import JsonScalar
from docflow.domain.outcomes import Finding
from docflow.domain.reading import Page
from docflow.plugins.hooks import Signal
from docflow.plugins.validators.validator import Given

from acme_docflow import checks, enriching, fraud, pages


class Leases:
    name = "acme_leases"

    def look(self, read: Sequence[Page]) -> Sequence[Finding]:
        return tuple(pages.unsigned(read))

    def signals(self, given: Given) -> Sequence[Signal]:
        return tuple(fraud.deposit(given))

    def enrich(self, given: Given) -> Mapping[str, JsonScalar]:
        return enriching.term_months(given)

    def validate(self, given: Given) -> Sequence[Finding]:
        return (*checks.rent(given), *checks.term(given))
