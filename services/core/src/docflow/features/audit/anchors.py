"""Chain heads kept in the file store, where whoever rules the database does not.

Each anchor is one object, `anchors/{yyyy-mm-dd}/{hhmmss}.json`: a list of `{"client_id", "seq", "hash"}` (hash in hex) of
the chains that grew since the one before it. Nothing overwrites an anchor; a bucket with object lock makes that sure.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.domain.concurrently import concurrently
from docflow.domain.errors import Conflict
from docflow.domain.ports.blobs import BlobStore
from docflow.features.audit.chain import Head
from docflow.features.audit.verify import Break

PREFIX = "anchors/"
_AT_ONCE = 16

_LATEST = """
    WITH RECURSIVE clients (client_id) AS (
        (SELECT client_id FROM audit_chain_heads ORDER BY client_id LIMIT 1)
        UNION ALL
        SELECT (SELECT h.client_id FROM audit_chain_heads h WHERE h.client_id > c.client_id
                ORDER BY h.client_id LIMIT 1)
        FROM clients c WHERE c.client_id IS NOT NULL
    )
    SELECT h.client_id, h.seq, h.hash
    FROM clients c CROSS JOIN LATERAL (
        SELECT client_id, seq, hash FROM audit_chain_heads WHERE client_id = c.client_id ORDER BY seq DESC LIMIT 1
    ) h
"""

_AGAINST = """
    SELECT k.client_id, k.seq, a.audit_id, CASE WHEN a.audit_id IS NULL THEN 'cut' ELSE 'rewritten' END AS kind
    FROM unnest(CAST(:clients AS uuid[]), CAST(:seqs AS bigint[]), CAST(:hashes AS bytea[])) AS k (client_id, seq, hash)
    LEFT JOIN audit_logs a ON a.client_id = k.client_id AND a.seq = k.seq
    WHERE a.hash IS DISTINCT FROM k.hash
    ORDER BY k.client_id, k.seq
"""


@dataclass(frozen=True, slots=True)
class Anchored:
    """The end that a client's chain had when it was anchored."""

    client_id: UUID
    head: Head


async def latest_heads(session: AsyncSession) -> dict[UUID, Head]:
    """Of every client: session of docflow_audit."""
    rows = await session.execute(text(_LATEST))
    return {row.client_id: Head(row.seq, bytes(row.hash)) for row in rows}


async def anchor(blobs: BlobStore, heads: dict[UUID, Head], at: datetime) -> None:
    """Keep these heads. Where somebody kept an anchor in the same second, that one stands."""
    listed = [
        {"client_id": str(client_id), "seq": head.seq, "hash": head.hash.hex()}
        for client_id, head in heads.items()
    ]
    try:
        await blobs.put(f"{PREFIX}{at:%Y-%m-%d}/{at:%H%M%S}.json", orjson.dumps(listed), overwrite=False)
    except Conflict:
        return


async def read_anchors(blobs: BlobStore) -> list[Anchored]:
    """All there are. Raises ValueError or KeyError for one that is no anchor."""
    keys = [found.key async for found in blobs.list(PREFIX)]
    kept = await concurrently(blobs.get, keys, at_once=_AT_ONCE)
    return [each for body in kept for each in _anchored(body)]


async def compare(session: AsyncSession, anchored: Iterable[Anchored]) -> Sequence[Break]:
    """Where a chain does not have the hash that was anchored (`rewritten`) or ends before it (`cut`)."""
    kept = list(anchored)
    rows = await session.execute(
        text(_AGAINST),
        {
            "clients": [each.client_id for each in kept],
            "seqs": [each.head.seq for each in kept],
            "hashes": [each.head.hash for each in kept],
        },
    )
    return [Break(row.client_id, row.seq, row.audit_id, row.kind) for row in rows]


def _anchored(body: bytes) -> list[Anchored]:
    return [
        Anchored(UUID(each["client_id"]), Head(each["seq"], bytes.fromhex(each["hash"])))
        for each in orjson.loads(body)
    ]
