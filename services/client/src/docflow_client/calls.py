"""Each operation as the request it makes; what sends it, and whether that blocks, is the clients' matter."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

File = Path | tuple[str, bytes]
"""A path, or a name and the bytes."""


@dataclass(frozen=True, slots=True)
class Call:
    method: str
    path: str
    params: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    data: Mapping[str, str] | None = None
    files: list[tuple[str, tuple[str, bytes]]] | None = None
    timeout_s: float = 30.0

    def arguments(self) -> dict[str, Any]:
        """For `httpx.Client.request`."""
        return {
            "params": dict(self.params),
            "headers": dict(self.headers),
            "json": self.json,
            "data": self.data,
            "files": self.files,
            "timeout": self.timeout_s,
        }


def submit(
    files: Iterable[File],
    process_type_id: str,
    *,
    wait_s: int = 0,
    idempotency_key: str | None = None,
    metadata: Mapping[str, Any] | None = None,
    external_id: str | None = None,
    callback_url: str | None = None,
) -> Call:
    fields = {
        "process_type_id": process_type_id,
        "metadata": json.dumps(metadata) if metadata else None,
        "external_id": external_id,
        "callback_url": callback_url,
    }
    return Call(
        "POST",
        "/v1/processes",
        params={"wait": wait_s} if wait_s else {},
        headers={"Idempotency-Key": idempotency_key} if idempotency_key else {},
        data={name: value for name, value in fields.items() if value is not None},
        files=[("files", _opened(file)) for file in files],
        timeout_s=60.0 + wait_s,
    )


def _opened(file: File) -> tuple[str, bytes]:
    return (file.name, file.read_bytes()) if isinstance(file, Path) else file


def login(email: str, password: str) -> Call:
    return Call("POST", "/v1/auth/login", json={"email": email, "password": password})


def get(process_id: UUID | str) -> Call:
    return Call("GET", f"/v1/processes/{process_id}")


def result(process_id: UUID | str, form: str) -> Call:
    return Call("GET", f"/v1/processes/{process_id}/result", params={"format": form})


def page(path: str, cursor: str | None, filters: Mapping[str, Any]) -> Call:
    chosen = {name: value for name, value in filters.items() if value is not None}
    return Call("GET", path, params=chosen | ({"cursor": cursor} if cursor else {}))


def decide(
    process_id: UUID | str,
    decision: str,
    *,
    reason: str = "",
    corrections: Mapping[str, Any] | None = None,
    version: int | None = None,
) -> Call:
    return Call(
        "POST",
        f"/v1/reviews/{process_id}/decision",
        headers={"If-Match": f'"{version}"'} if version is not None else {},
        json={"decision": decision, "reason": reason, "corrections": dict(corrections or {})},
    )
