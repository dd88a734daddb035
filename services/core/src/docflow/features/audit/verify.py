"""Finds what was done to the audit log behind its back: change, deletion, insertion, swap and a cut tail.

Each chain is walked in pages of a transaction each: no connection is held for longer than a page takes. Everything is
computed in the database, which hashes the records and compares them with their columns as text. Only what that does not
confirm travels, and its values are compared here.
"""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.features.audit.chain import CANONICAL, start_of

PAGE = 5_000
"""Records: a fraction of a second's work."""
_LISTED = 1000
"""Broken places are listed up to here; `ok` is false all the same."""

Opening = Callable[[], AbstractAsyncContextManager[AsyncSession]]
"""One transaction, of docflow_audit or bound to the client."""

_NEXT_CLIENT = """
    SELECT client_id FROM (
        (SELECT client_id FROM audit_logs WHERE client_id > :after ORDER BY client_id LIMIT 1)
        UNION ALL
        (SELECT client_id FROM audit_chain_heads WHERE client_id > :after ORDER BY client_id LIMIT 1)
    ) AS behind
    ORDER BY client_id LIMIT 1
"""

_LAST_OF_PAGE = """
    SELECT seq, audit_id, hash, count(*) OVER () AS checked, max(timestamp) OVER () AS verified_through
    FROM (
        SELECT a.seq, a.audit_id, a.hash, a.timestamp
        FROM audit_logs a
        WHERE a.client_id = :client_id AND a.seq >= :after_seq
            AND (a.seq, a.audit_id) > (:after_seq, CAST(:after_id AS uuid))
        ORDER BY a.seq, a.audit_id
        LIMIT :page
    ) AS page
    ORDER BY seq DESC, audit_id DESC
    LIMIT 1
"""

#: The columns in the canonical form, as text.
_AS_TEXT = """
    '{"result": "' || a.result
    || '", "run_id": ' || coalesce('"' || a.run_id || '"', 'null')
    || ', "attempt": ' || coalesce(a.attempt::text, 'null')
    || ', "payload": ' || a.payload
    || ', "audit_id": "' || a.audit_id
    || '", "client_id": "' || a.client_id
    || '", "process_id": ' || coalesce('"' || a.process_id || '"', 'null')
    || ', "stage_type": ' || coalesce('"' || a.stage_type || '"', 'null')
    || ', "error_stack": ' || coalesce(to_json(a.error_stack)::text, 'null')
    || ', "token_usage": ' || coalesce(a.token_usage::text, 'null')
    || ', "timestamp_us": ' || (extract(epoch FROM a.timestamp) * 1000000)::bigint
    || ', "document_urls": ' || to_jsonb(a.document_urls)
    || ', "error_message": ' || coalesce(to_json(a.error_message)::text, 'null')
    || ', "process_type_id": ' || coalesce(to_json(a.process_type_id)::text, 'null')
    || ', "process_plugin_name": ' || coalesce(to_json(a.process_plugin_name)::text, 'null') || '}'
"""

_DOUBTFUL = f"""
    SELECT * FROM (
        SELECT a.client_id, a.seq, a.audit_id, a.canonical,
            CASE
                WHEN a.seq = lag(a.seq, 1, CAST(:seq_before AS bigint)) OVER chain THEN 'inserted'
                WHEN a.seq <> lag(a.seq, 1, CAST(:seq_before AS bigint)) OVER chain + 1 THEN 'missing'
                WHEN a.prev_hash <> lag(a.hash, 1, CAST(:hash_before AS bytea)) OVER chain THEN 'unlinked'
            END AS link,
            sha256(a.prev_hash || int8send(a.seq) || a.canonical) = a.hash AS hashed,
            a.canonical = convert_to({_AS_TEXT}, 'UTF8') AS as_written,
            (extract(epoch FROM a.timestamp) * 1000000)::bigint AS timestamp_us,
            a.process_id, a.process_type_id, a.result, a.stage_type, a.process_plugin_name, a.document_urls,
            a.payload::text AS payload, a.token_usage::text AS token_usage, a.error_message, a.error_stack, a.run_id,
            a.attempt
        FROM audit_logs a
        WHERE a.client_id = :client_id AND a.seq BETWEEN :after_seq AND :seq
            AND (a.seq, a.audit_id) > (:after_seq, CAST(:after_id AS uuid))
            AND (a.seq, a.audit_id) <= (:seq, CAST(:audit_id AS uuid))
        WINDOW chain AS (ORDER BY a.seq, a.audit_id)
    ) AS judged
    WHERE link IS NOT NULL OR NOT hashed OR NOT as_written
    ORDER BY seq, audit_id
"""  # noqa: S608 - constants

_HEADS = """
    SELECT h.client_id, h.seq,
        CASE WHEN a.audit_id IS NULL THEN 'cut' ELSE 'rewritten' END AS kind, a.audit_id
    FROM audit_chain_heads h LEFT JOIN audit_logs a ON a.client_id = h.client_id AND a.seq = h.seq
    WHERE h.client_id = :client_id AND h.seq > :after_seq AND h.seq <= :seq
        AND (a.audit_id IS NULL OR a.hash <> h.hash)
    ORDER BY h.seq
    LIMIT :listed
"""


@dataclass(frozen=True, slots=True)
class Break:
    """`kind`: changed, missing (rows before `seq` are gone), inserted, unlinked, cut (the head's row is gone) or
    rewritten (the head remembers another hash)."""

    client_id: UUID
    seq: int
    audit_id: UUID | None
    kind: str


@dataclass(frozen=True, slots=True)
class Verification:
    """`verified_through` is the newest record looked at; `chains` counts clients."""

    checked: int
    chains: int
    verified_through: datetime | None
    broken: tuple[Break, ...]

    @property
    def ok(self) -> bool:
        return not self.broken


@dataclass(frozen=True, slots=True)
class _Place:
    """A record of a chain, and what the next one must join."""

    seq: int
    audit_id: UUID
    seq_before: int
    hash_before: bytes

    @classmethod
    def start(cls, client_id: UUID) -> "_Place":
        """Before any number that a row may bear."""
        head = start_of(client_id)
        return cls(_LEAST, UUID(int=0), head.seq, head.hash)


_LEAST, _MOST = -(2**63), 2**63 - 1


class _Findings:
    """What was found of all chains; places beyond those that are listed are forgotten."""

    def __init__(self) -> None:
        self.checked = 0
        self.chains = 0
        self.verified_through: datetime | None = None
        self.records: list[Break] = []
        self.heads: list[Break] = []

    def add(self, records: Sequence[Break], heads: Sequence[Break]) -> None:
        self.records = [*self.records, *records][:_LISTED]
        self.heads = [*self.heads, *heads][:_LISTED]

    def looked_at(self, page: Row[Any]) -> None:
        self.checked += page.checked
        times = (self.verified_through, page.verified_through)
        self.verified_through = max(time for time in times if time is not None)


async def verify(opening: Opening, client_id: UUID | None = None, *, page: int = PAGE) -> Verification:
    """Check one client's chain, or all that a session may see. Records not yet written are lag, not breakage."""
    found = _Findings()
    async for each in _clients(opening, client_id):
        await _walk(opening, each, page, found)
    return Verification(
        checked=found.checked,
        chains=found.chains,
        verified_through=found.verified_through,
        broken=(*found.records, *found.heads),
    )


async def _clients(opening: Opening, client_id: UUID | None) -> AsyncIterator[UUID]:
    if client_id is not None:
        yield client_id
        return
    after = UUID(int=0)
    while True:
        async with opening() as session:
            following: UUID | None = await session.scalar(text(_NEXT_CLIENT), {"after": after})
        if following is None:
            return
        yield following
        after = following


async def _walk(opening: Opening, client_id: UUID, page: int, found: _Findings) -> None:
    place: _Place | None = _Place.start(client_id)
    began = found.checked
    while place is not None:
        async with opening() as session:
            place = await _page(session, client_id, place, page, found)
    found.chains += found.checked > began


async def _page(
    session: AsyncSession, client_id: UUID, after: _Place, page: int, found: _Findings
) -> _Place | None:
    """Returns the last record's place; None = behind the last there are at most heads of what is gone."""
    values = {"client_id": client_id, "after_seq": after.seq, "after_id": after.audit_id}
    last = (await session.execute(text(_LAST_OF_PAGE), {**values, "page": page})).one_or_none()
    if last is None:
        found.add((), await _heads(session, client_id, after.seq, _MOST))
        return None
    found.looked_at(last)
    before = {"seq_before": after.seq_before, "hash_before": after.hash_before}
    until = {"seq": last.seq, "audit_id": last.audit_id}
    doubtful = await session.execute(text(_DOUBTFUL), {**values, **before, **until})
    records = [_break(row, kind) for row in doubtful if (kind := _kind(row)) is not None]
    found.add(records, await _heads(session, client_id, after.seq, last.seq))
    return _Place(last.seq, last.audit_id, last.seq, last.hash)


async def _heads(session: AsyncSession, client_id: UUID, after_seq: int, seq: int) -> list[Break]:
    values = {"client_id": client_id, "after_seq": after_seq, "seq": seq, "listed": _LISTED}
    return [_break(row, row.kind) for row in await session.execute(text(_HEADS), values)]


def _kind(row: Row[Any]) -> str | None:
    """What is wrong with a record; where several things are, the first is told."""
    kind: str | None = row.link
    if kind in ("inserted", "missing"):
        return kind
    return kind if row.hashed and (row.as_written or _agrees(row)) else "changed"


def _agrees(row: Row[Any]) -> bool:
    """Whether the columns have the values of the canonical form, however those are written."""
    known = {name: getattr(row, name) for name in (*CANONICAL, "timestamp_us")}
    known = {name: str(value) if isinstance(value, UUID) else value for name, value in known.items()}
    try:
        known["payload"] = _parsed(row.payload)
        known["token_usage"] = None if row.token_usage is None else _parsed(row.token_usage)
        return bool(_parsed(row.canonical.decode()) == known)
    except (ValueError, RecursionError):
        return False


def _parsed(written: str) -> object:
    return json.loads(written, parse_float=Decimal)


def _break(row: Row[Any], kind: str) -> Break:
    return Break(row.client_id, row.seq, row.audit_id, kind)
