"""Values that were read, as a model is shown them: page 0, fenced like the pages, for they are words of the document."""

from collections.abc import Iterator, Sequence

from docflow.domain.evidence import Values
from docflow.domain.json_types import JsonScalar
from docflow.domain.outcomes import Finding
from docflow.domain.ports.llm import Part

#: Rows of a table and characters of a value; more would cost more than it tells.
MAX_ROWS = 100
MAX_VALUE = 500


def values_part(values: Values, findings: Sequence[Finding] = ()) -> Part:
    return Part(0, "\n".join((*_fields(values), *_tables(values), *_findings(findings))))


def _fields(values: Values) -> Iterator[str]:
    for path, value in values.fields.items():
        yield f"{path}: {_told(value)}"


def _tables(values: Values) -> Iterator[str]:
    for path, rows in values.tables.items():
        yield f"{path}: {len(rows)} rows"
        for number, row in enumerate(rows[:MAX_ROWS], start=1):
            cells = "; ".join(f"{column} {_told(value)}" for column, value in row.items())
            yield f"  row {number}: {cells}"


def _findings(findings: Sequence[Finding]) -> Iterator[str]:
    """Codes and fields; what a rule says of a value is in the value."""
    if findings:
        yield "findings:"
    for finding in findings:
        yield f"  {finding.severity.value} {finding.code}" + (f" in {finding.field}" if finding.field else "")


def _told(value: JsonScalar) -> str:
    return "(not on the document)" if value is None else " ".join(str(value).split())[:MAX_VALUE]
