"""The audit as a table: every row that the filters leave, not a page of them."""

import csv
import io
from collections.abc import AsyncIterator, Iterable
from datetime import datetime

from docflow.db.json_text import json_bytes
from docflow.domain.access import Caller
from docflow.domain.exporting import guarded
from docflow.domain.paging import PageRequest
from docflow.features.audit.listing import AuditFilter, AuditListing
from docflow.features.audit.messages import act_audit
from sqlalchemy.ext.asyncio import AsyncSession

from docflow_api.audit_rows import listed
from docflow_api.deps import Gateway
from docflow_api.schemas.audit_logs import ListedAuditLogOut

_AT_ONCE = 500
_COLUMNS = tuple(ListedAuditLogOut.model_fields)


async def audit_csv(gateway: Gateway, caller: Caller, chosen: AuditFilter) -> AsyncIterator[bytes]:
    """UTF-8, CRLF, a header row, newest first. No connection is held while a part is on its way to a slow reader."""
    yield _lines([_COLUMNS])
    page = PageRequest(_AT_ONCE, None)
    while True:
        async with gateway.bound(caller) as session:
            found = await AuditListing(session, caller.client).page(chosen, page)
            rows = await listed(session, caller.client, found.rows)
        yield _lines(_cells(row) for row in rows)
        if found.next is None:
            return
        page = PageRequest(_AT_ONCE, found.next)


def tell_of_export(session: AsyncSession, caller: Caller, chosen: AuditFilter, at: datetime) -> None:
    """In the request's transaction, which commits before the first row leaves."""
    names = ("process_id", "result", "stage_type", "after", "before")
    filters = [name for name in names if getattr(chosen, name) is not None]
    payload = {"what": "audit", "filters": filters}
    session.add(act_audit(client_id=caller.client, at=at, action="exported", by=caller.name, payload=payload))


def _cells(row: ListedAuditLogOut) -> list[str]:
    told = row.model_dump(mode="json")
    return [_cell(told[name]) for name in _COLUMNS]


def _cell(value: object) -> str:
    if isinstance(value, dict | list):
        return guarded(json_bytes(value).decode())
    return guarded(value if isinstance(value, str | int | float | None) else str(value))


def _lines(rows: Iterable[Iterable[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()
