"""Puts what was found beside the fields it is about, in processes.extraction_result."""

from collections.abc import Mapping, Sequence

from docflow.domain.json_types import JsonObject, JsonValue
from docflow.domain.outcomes import Finding

_BY = "process"
"""Marks the checks of this stage, so that a repeat replaces its own and leaves those of the reading alone."""


def with_checks(extraction_result: JsonObject, findings: Sequence[Finding]) -> dict[str, JsonValue]:
    """A copy in which each field carries its findings as checks `{code, ok, message, by}`."""
    fields: Mapping[str, JsonObject] = extraction_result.get("fields") or {}
    marked = {name: _marked(name, read, findings) for name, read in fields.items()}
    return {**extraction_result, "fields": marked}


def _marked(name: str, read: JsonObject, findings: Sequence[Finding]) -> JsonObject:
    if not read:
        return read
    kept = [check for check in read.get("checks") or () if check.get("by") != _BY]
    found = [
        {"code": finding.code, "ok": False, "message": finding.message, "by": _BY}
        for finding in findings
        if finding.field == name
    ]
    return {**read, "checks": kept + found}
