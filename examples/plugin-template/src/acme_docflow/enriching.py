"""A field that no lease prints: how many months it runs. The output schema must name `term_months`."""

from collections.abc import Mapping

from docflow.domain.json_types import JsonScalar
from docflow.plugins.validators.validator import Given

from acme_docflow.checks import END, START


def term_months(given: Given) -> Mapping[str, JsonScalar]:
    start, end = given.day(*START), given.day(*END)
    if not (start and end):
        return {}
    return {"term_months": (end[1].year - start[1].year) * 12 + end[1].month - start[1].month}
