"""Finds what was done to the audit log behind its back: change, deletion, insertion, swap and a cut tail.

Everything is computed in the database, where a parallel scan hashes the records and compares them with their columns as
text. Only what that does not confirm travels, and its values are compared here.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.features.audit.chain import CANONICAL

_LISTED = 1000
"""Broken places are listed up to here; `ok` is false all the same."""
_BATCH = 5000
_TIMEOUT = "15min"
"""A whole log takes longer than an ordinary statement may."""

_EACH_CLIENT = """
    SELECT a.client_id, count(*) AS checked, max(a.timestamp) AS verified_through
    FROM audit_logs a
    WHERE CAST(:client_id AS uuid) IS NULL OR a.client_id = :client_id
    GROUP BY a.client_id
"""

_LINKS = """
    SELECT client_id, seq, audit_id, kind
    FROM (
        SELECT client_id, seq, audit_id,
            CASE
                WHEN seq = seq_before THEN 'inserted'
                WHEN seq <> seq_before + 1 THEN 'missing'
                WHEN prev_hash <> coalesce(
                    hash_before, sha256(convert_to('docflow.audit:' || client_id::text, 'UTF8'))
                ) THEN 'unlinked'
            END AS kind
        FROM (
            SELECT a.client_id, a.seq, a.audit_id, a.prev_hash,
                lag(a.hash) OVER chain AS hash_before,
                coalesce(lag(a.seq) OVER chain, 0) AS seq_before
            FROM audit_logs a
            WHERE CAST(:client_id AS uuid) IS NULL OR a.client_id = :client_id
            WINDOW chain AS (PARTITION BY a.client_id ORDER BY a.seq, a.audit_id)
        ) linked
    ) judged
    WHERE kind IS NOT NULL
    ORDER BY client_id, seq
    LIMIT :listed
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
            sha256(a.prev_hash || int8send(a.seq) || a.canonical) = a.hash AS hashed,
            (extract(epoch FROM a.timestamp) * 1000000)::bigint AS timestamp_us,
            a.process_id, a.process_type_id, a.result, a.stage_type, a.process_plugin_name, a.document_urls,
            a.payload::text AS payload, a.token_usage::text AS token_usage, a.error_message, a.error_stack, a.run_id,
            a.attempt
        FROM audit_logs a
        WHERE (CAST(:client_id AS uuid) IS NULL OR a.client_id = :client_id)
            AND (
                sha256(a.prev_hash || int8send(a.seq) || a.canonical) <> a.hash
                OR a.canonical <> convert_to({_AS_TEXT}, 'UTF8')
            )
            AND (
                CAST(:after_client AS uuid) IS NULL
                OR (a.client_id, a.seq, a.audit_id) > (:after_client, :after_seq, CAST(:after_id AS uuid))
            )
        -- Almost nothing is left to sort. The planner expects much and would walk the index, which is not parallel.
        OFFSET 0
    ) doubtful
    ORDER BY client_id, seq, audit_id
    LIMIT :batch
"""  # noqa: S608 - constants

_HEADS = """
    SELECT h.client_id, h.seq,
        CASE WHEN a.audit_id IS NULL THEN 'cut' ELSE 'rewritten' END AS kind, a.audit_id
    FROM audit_chain_heads h LEFT JOIN audit_logs a ON a.client_id = h.client_id AND a.seq = h.seq
    WHERE (CAST(:client_id AS uuid) IS NULL OR h.client_id = :client_id)
        AND (a.audit_id IS NULL OR a.hash <> h.hash)
    ORDER BY h.client_id, h.seq
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


#: Where several hold of one record, the first is told.
_KINDS = ("inserted", "missing", "changed", "unlinked")


async def verify(session: AsyncSession, client_id: UUID | None = None) -> Verification:
    """Check one client's chain, or all that the session may see. Records not yet written are lag, not breakage."""
    await session.execute(text(f"SET LOCAL statement_timeout = '{_TIMEOUT}'"))
    values = {"client_id": client_id, "listed": _LISTED}
    chains = (await session.execute(text(_EACH_CLIENT), values)).all()
    found = [_break(row, row.kind) for row in await session.execute(text(_LINKS), values)]
    found += await _changed(session, client_id)
    heads = [_break(row, row.kind) for row in await session.execute(text(_HEADS), values)]
    return Verification(
        checked=sum(row.checked for row in chains),
        chains=len(chains),
        verified_through=max((row.verified_through for row in chains), default=None),
        broken=(*_first_of_each(found), *heads),
    )


async def _changed(session: AsyncSession, client_id: UUID | None) -> list[Break]:
    """Records that do not have their hash, or whose columns do not say what their canonical form says."""
    changed: list[Break] = []
    after: dict[str, object] = {"after_client": None, "after_seq": None, "after_id": None}
    while len(changed) < _LISTED:
        values = {"client_id": client_id, "batch": _BATCH, **after}
        rows = (await session.execute(text(_DOUBTFUL), values)).all()
        changed += [_break(row, "changed") for row in rows if not (row.hashed and _agrees(row))]
        if len(rows) < _BATCH:
            break
        last = rows[-1]
        after = {"after_client": last.client_id, "after_seq": last.seq, "after_id": last.audit_id}
    return changed[:_LISTED]


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


def _first_of_each(found: Iterable[Break]) -> Sequence[Break]:
    told: dict[tuple[UUID, int, UUID | None], Break] = {}
    for each in sorted(found, key=lambda each: _KINDS.index(each.kind)):
        told.setdefault((each.client_id, each.seq, each.audit_id), each)
    return sorted(told.values(), key=lambda each: (each.client_id, each.seq))[:_LISTED]
