"""A result in the form that an action asks for."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from docflow.domain.cii import result_cii
from docflow.domain.datev import Batch, booking_batch
from docflow.domain.errors import PermanentError
from docflow.domain.exporting import result_csv
from docflow.domain.json_types import JsonObject, JsonValue
from docflow.domain.ports.workbench import Workbench
from docflow.domain.target_mapping import Source, mapped
from docflow.domain.ubl import result_ubl
from docflow.features.exports.sheet import MIME, WRITE_S, result_xlsx
from docflow.features.outputs.repository import ClaimedAction


@dataclass(frozen=True, slots=True)
class Written:
    content: bytes
    ending: str
    mime_type: str


class Forms:
    def __init__(self, workbench: Workbench) -> None:
        self._workbench = workbench

    async def write(self, form: JsonValue, action: ClaimedAction, result: JsonObject) -> Written:
        """The same bytes for the same result, but for the times that a workbook carries.

        Raises PermanentError `action_invalid` for a form that is none, or for a `datev` that lacks its numbers;
        `export_incomplete` where the result lacks what the form needs.
        """
        if form == "xlsx":
            content = await self._workbench.run(result_xlsx, dict(result), timeout_s=WRITE_S)
            return Written(content, "xlsx", MIME)
        if not isinstance(form, str) or form not in _WRITERS:
            raise PermanentError(
                f"the format of a result is one of {', '.join([*_WRITERS, 'xlsx'])}", code="action_invalid"
            )
        return _WRITERS[form](action, result)


def _json(action: ClaimedAction, result: JsonObject) -> Written:
    whole = {
        "process_id": str(action.process_id),
        "process_type_id": action.process_type_id,
        "external_id": action.external_id,
        **result,
    }
    content = json.dumps(whole, ensure_ascii=False, sort_keys=True).encode()
    return Written(content, "json", "application/json")


def _csv(action: ClaimedAction, result: JsonObject) -> Written:
    return Written(result_csv(result).encode(), "csv", "text/csv")


def _ubl(action: ClaimedAction, result: JsonObject) -> Written:
    return Written(result_ubl(result), "xml", "application/xml")


def _cii(action: ClaimedAction, result: JsonObject) -> Written:
    return Written(result_cii(result), "xml", "application/xml")


def _datev(action: ClaimedAction, result: JsonObject) -> Written:
    """`datev`: the numbers of the batch, and `booking`, a mapping; with `each` one booking for each row of a table."""
    given = action.target_config.get("datev")
    booking = given.get("booking") if isinstance(given, dict) else None
    if not isinstance(given, dict) or not isinstance(booking, dict):
        raise PermanentError("a booking batch names its numbers and a booking", code="action_invalid")
    source = Source(result, action.facts)
    rows = list(source.rows(str(given["each"]))) if given.get("each") else [source]
    content = booking_batch([mapped(booking, row) for row in rows], Batch.of(given, action.created_at))
    return Written(content, "csv", "text/csv; charset=windows-1252")


_WRITERS: dict[str, Callable[[ClaimedAction, JsonObject], Written]] = {
    "json": _json,
    "csv": _csv,
    "ubl": _ubl,
    "cii": _cii,
    "datev": _datev,
}
