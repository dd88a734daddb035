"""The audit log as its one writer sees it: session of the role docflow_audit."""

from collections.abc import Sequence
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.db.json_text import json_bytes
from docflow.features.audit.chain import Head, Link

_LOCK = 0x0D0CF10A

_COLUMNS = (
    "audit_id", "timestamp", "client_id", "process_id", "process_type_id", "result", "stage_type",
    "process_plugin_name", "document_urls", "payload", "token_usage", "error_message", "error_stack", "run_id",
    "attempt", "seq", "prev_hash", "hash", "canonical",
)  # fmt: skip
_LISTED = ", ".join(_COLUMNS)

Waiting = tuple[UUID, dict[str, object]]
"""A record's id and its message's JSON."""


async def become_the_writer(session: AsyncSession) -> bool:
    """One writer at a time, until the transaction ends; False = somebody else writes."""
    return bool(await session.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": _LOCK}))


async def wait_to_become_the_writer(session: AsyncSession) -> None:
    """As `become_the_writer`, after whoever writes now."""
    await session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


async def take(session: AsyncSession, limit: int, *, late_s: float = 0.0) -> list[Waiting]:
    """The oldest that wait in the outbox; with `late_s` only those that wait longer than so many seconds."""
    taken = "take_late_audit(:limit, :late_s)" if late_s else "take_audit(:limit)"
    values = {"limit": limit, **({"late_s": late_s} if late_s else {})}
    rows = await session.execute(text(f"SELECT message_id, payload FROM {taken}"), values)  # noqa: S608 - constants
    return [(row.message_id, row.payload) for row in rows]


async def confirm(session: AsyncSession, ids: Sequence[UUID]) -> None:
    await session.execute(text("SELECT confirm_audit(:ids)"), {"ids": list(ids)})


async def next_offset(session: AsyncSession, reader: str) -> int:
    """Where `reader` of the audit stream goes on; 0 = at the start."""
    stored: int | None = await session.scalar(
        text("SELECT next_offset FROM audit_offsets WHERE reader = :reader"), {"reader": reader}
    )
    return stored or 0


async def store_offset(session: AsyncSession, reader: str, next_offset: int) -> None:
    await session.execute(
        text(
            "INSERT INTO audit_offsets (reader, next_offset) VALUES (:reader, :next_offset)"
            " ON CONFLICT (reader) DO UPDATE SET next_offset = excluded.next_offset"
        ),
        {"reader": reader, "next_offset": next_offset},
    )


async def written_already(session: AsyncSession, ids: Sequence[UUID]) -> set[UUID]:
    rows = await session.execute(
        text("SELECT audit_id FROM audit_logs WHERE audit_id = ANY(:ids)"), {"ids": list(ids)}
    )
    return set(rows.scalars())


async def heads(session: AsyncSession, clients: Sequence[UUID]) -> dict[UUID, Head]:
    rows = await session.execute(
        text(
            "SELECT c.client_id, h.seq, h.hash FROM unnest(CAST(:clients AS uuid[])) AS c (client_id)"
            " CROSS JOIN LATERAL (SELECT seq, hash FROM audit_chain_heads h WHERE h.client_id = c.client_id"
            " ORDER BY seq DESC LIMIT 1) h"
        ),
        {"clients": list(clients)},
    )
    return {row.client_id: Head(row.seq, row.hash) for row in rows}


async def add(session: AsyncSession, links: Sequence[Link]) -> None:
    """By COPY into a temporary table and INSERT from there: COPY itself is refused under row-level security."""
    await session.execute(
        text(
            "CREATE TEMPORARY TABLE IF NOT EXISTS audit_batch (LIKE audit_logs INCLUDING DEFAULTS)"
            " ON COMMIT DELETE ROWS"
        )
    )
    driver = (await (await session.connection()).get_raw_connection()).driver_connection
    assert isinstance(driver, AsyncConnection)
    async with driver.cursor().copy(f"COPY audit_batch ({_LISTED}) FROM STDIN") as copy:
        for link in links:
            await copy.write_row(_row(link))
    await session.execute(
        text(f"INSERT INTO audit_logs ({_LISTED}) SELECT {_LISTED} FROM audit_batch ORDER BY client_id, seq")  # noqa: S608
    )


async def add_heads(session: AsyncSession, ends: dict[UUID, Head]) -> None:
    await session.execute(
        text("INSERT INTO audit_chain_heads (client_id, seq, hash) VALUES (:client_id, :seq, :hash)"),
        [{"client_id": client_id, "seq": end.seq, "hash": end.hash} for client_id, end in ends.items()],
    )


async def bury(session: AsyncSession, waiting: Waiting, reason: str) -> None:
    """Keep a message that cannot be written, with the reason."""
    message_id, message = waiting
    await bury_bytes(session, json_bytes(message), message_id, _client_of(message), reason)
    await confirm(session, [message_id])


async def bury_bytes(
    session: AsyncSession, body: bytes, message_id: UUID | None, client_id: UUID | None, reason: str
) -> None:
    """Once for each message, however often it comes."""
    await session.execute(
        text(
            "INSERT INTO audit_dead (message_id, client_id, message, reason)"
            " SELECT :message_id, :client_id, :message, :reason WHERE NOT EXISTS ("
            "SELECT FROM audit_dead d WHERE d.message_id = :message_id OR d.message = :message)"
        ),
        {"message_id": message_id, "client_id": client_id, "message": body, "reason": reason},
    )


def _row(link: Link) -> tuple[object, ...]:
    record = link.record
    return (
        record.audit_id,
        record.timestamp,
        record.client_id,
        record.process_id,
        record.process_type_id,
        record.result,
        record.stage_type,
        record.process_plugin_name,
        list(record.document_urls),
        Jsonb(record.payload),
        None if record.token_usage is None else Jsonb(record.token_usage),
        record.error_message,
        record.error_stack,
        record.run_id,
        record.attempt,
        link.seq,
        link.prev_hash,
        link.hash,
        link.canonical,
    )


def _client_of(message: dict[str, object]) -> UUID | None:
    try:
        return UUID(str(message["client_id"]))
    except (KeyError, ValueError):
        return None
