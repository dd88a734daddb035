"""One row of every table for a client, written past row-level security, so that there is something to steal."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from docflow.domain.ids import new_id
from docflow.features.models import METADATA
from sqlalchemy import Column, Connection, Table, insert

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)

_BY_TYPE: dict[type, Callable[[], object]] = {
    UUID: new_id,
    str: lambda: uuid4().hex,
    int: lambda: 1,
    float: lambda: 1.0,
    bool: lambda: False,
    bytes: lambda: uuid4().bytes,
    datetime: lambda: NOW,
    date: NOW.date,
    Decimal: lambda: Decimal("0.5"),
    list: list,
    dict: dict,
    object: dict,  # JSONB
}

# Where a CHECK or a key wants more than the column's type says.
_SPECIAL: dict[str, dict[str, object]] = {
    "users": {"role": "admin"},
    "api_keys": {"scopes": []},
    "account_tokens": {"kind": "invitation"},
    "mails": {"kind": "invitation"},
    "socket_tickets": {"api_key_id": new_id()},
    "prompts": {"stage": "ocr"},
    "documents": {"storage_provider": "local"},
    "pages": {"source": "ocr"},
    "stage_runs": {"stage": "INGEST"},
    "reviews": {"stage": "INTELLIGENT_PROCESS"},
    "output_actions": {"action_type": "webhook"},
    "notifications": {"type": "alert"},
    "notification_channels": {"kind": "slack"},
    "alert_rules": {"metric": "dead_runs"},
    "budgets": {"period": "day"},
    "audit_logs": {"result": "SUCCESS"},
    "evaluation_readings": {"side": "candidate"},
    "client_secrets": {"name": "ERP_KEY"},
}

_OWN_KEYS = {
    "users": "user_id", "processes": "process_id", "documents": "document_id", "webhook_endpoints": "endpoint_id",
    "evaluation_sets": "set_id", "evaluations": "evaluation_id", "vendors": "vendor_id",
    "notifications": "notification_id", "notification_channels": "channel_id",
}  # fmt: skip
_SHARED = (
    "client_id",
    "user_id",
    "process_type_id",
    "process_id",
    "document_id",
    "endpoint_id",
    "set_id",
    "evaluation_id",
    "vendor_id",
    "notification_id",
    "channel_id",
)


def client_tables() -> list[Table]:
    """Parents first."""
    return [table for table in METADATA.sorted_tables if "client_id" in table.c]


class Rows:
    """A client's ids and, by table, its one row."""

    def __init__(self, slug: str) -> None:
        self.slug = slug
        self.client_id = new_id()
        self.of: dict[str, dict[str, Any]] = {}
        self._shared: dict[str, object] = {name: new_id() for name in _SHARED}
        self._shared |= {"client_id": self.client_id, "process_type_id": f"{slug}.invoice"}
        for table in client_tables():
            self.of[table.name] = self.row(table, fresh=False)

    def row(self, table: Table, *, fresh: bool = True) -> dict[str, Any]:
        """What an INSERT needs; with `fresh` its own key is new, so that nothing but a policy stands in the way."""
        row = {column.name: self._value(table, column) for column in table.c if _is_needed(column)}
        row |= {name: value for name, value in self._shared.items() if name in table.c and name in row}
        row |= _SPECIAL.get(table.name, {})
        own_key = _OWN_KEYS.get(table.name)
        if fresh and own_key:
            row[own_key] = new_id()
        if table.name == "users":
            row["email"] = f"{uuid4().hex}@{self.slug}.test"
        if table.name == "clients":
            row["slug"] = f"{self.slug}-{uuid4().hex}" if fresh else self.slug
        if table.name == "process_types" and fresh:
            row["process_type_id"] = f"{self.slug}.{uuid4().hex}"
        return row

    def write(self, connection: Connection) -> None:
        for table in client_tables():
            connection.execute(insert(table), [self.of[table.name]])

    def _value(self, table: Table, column: Column[Any]) -> object:
        if column.name in self._shared:
            return self._shared[column.name]
        return _BY_TYPE[column.type.python_type]()


def _is_needed(column: Column[Any]) -> bool:
    if column.name == "client_id":
        return True
    return not column.nullable and column.server_default is None and column.identity is None
