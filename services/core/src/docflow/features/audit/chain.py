"""The form of an audit record that its hash covers, and the chain that the records of one client make.

Canonical form: a JSON object in UTF-8 holding the columns in `CANONICAL` and the time as `timestamp_us`, whole
microseconds since 1970 UTC. It is written as PostgreSQL writes a jsonb value (keys by their length, then by their bytes;
a blank behind each colon and comma), so that the database can compare it with the columns as text. It is kept in the
row: another version may write a value in another way, and then the values are compared.

hash = SHA-256(prev_hash, seq as 8 bytes big-endian, canonical); seq counts from 1 per client; the first prev_hash is
SHA-256("docflow.audit:" + client_id).
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from docflow.domain.json_types import JsonObject
from docflow.domain.messages import Message

CANONICAL = (
    "audit_id", "client_id", "process_id", "process_type_id", "result", "stage_type", "process_plugin_name",
    "document_urls", "payload", "token_usage", "error_message", "error_stack", "run_id", "attempt",
)  # fmt: skip


def _place(key: str) -> tuple[int, str]:
    return len(key.encode()), key


_IN_ORDER = sorted((*CANONICAL, "timestamp_us"), key=_place)
_JSON = json.JSONEncoder(ensure_ascii=False, default=str)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One row of audit_logs before it joins its chain."""

    audit_id: UUID
    timestamp: datetime
    client_id: UUID
    process_id: UUID | None
    process_type_id: str | None
    result: str
    stage_type: str | None
    process_plugin_name: str | None
    document_urls: tuple[str, ...]
    payload: JsonObject
    token_usage: JsonObject | None
    error_message: str | None
    error_stack: str | None
    run_id: UUID | None
    attempt: int | None

    @classmethod
    def from_message(cls, message: Message) -> "AuditRecord":
        """Raises KeyError or ValueError for a message that is no audit record."""
        data = message.data
        run_id = data.get("run_id")
        return cls(
            audit_id=message.message_id,
            timestamp=message.occurred_at,
            client_id=message.client_id,
            process_id=message.process_id,
            process_type_id=data.get("process_type_id"),
            result=data["result"],
            stage_type=message.stage,
            process_plugin_name=data.get("process_plugin_name"),
            document_urls=tuple(data.get("document_urls") or ()),
            payload=data.get("payload") or {},
            token_usage=data.get("token_usage"),
            error_message=data.get("error_message"),
            error_stack=data.get("error_stack"),
            run_id=UUID(run_id) if run_id else None,
            attempt=message.attempt,
        )

    def canonical(self) -> bytes:
        time_us = (self.timestamp - _EPOCH) // timedelta(microseconds=1)
        known = {name: time_us if name == "timestamp_us" else getattr(self, name) for name in _IN_ORDER}
        known["payload"] = _ordered(self.payload)
        known["token_usage"] = _ordered(self.token_usage)
        return _JSON.encode(known).encode()


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain; `seq` 0 = nothing stands in it yet."""

    seq: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Link:
    record: AuditRecord
    seq: int
    prev_hash: bytes
    hash: bytes
    canonical: bytes


def _ordered(value: object) -> object:
    """The same JSON with the keys of objects in the order of jsonb."""
    if isinstance(value, dict):
        return {key: _ordered(value[key]) for key in sorted(value, key=_place)}
    if isinstance(value, list):
        return [_ordered(item) for item in value]
    return value


def start_of(client_id: UUID) -> Head:
    return Head(0, hashlib.sha256(f"docflow.audit:{client_id}".encode()).digest())


def linked(records: Sequence[AuditRecord], heads: dict[UUID, Head]) -> list[Link]:
    """Join records to the chains of their clients in the order given; `heads` is moved along."""
    links = []
    for record in records:
        head = heads.get(record.client_id) or start_of(record.client_id)
        canonical, seq = record.canonical(), head.seq + 1
        digest = hashlib.sha256(head.hash + seq.to_bytes(8, "big") + canonical).digest()
        links.append(Link(record, seq, head.hash, digest, canonical))
        heads[record.client_id] = Head(seq, digest)
    return links
