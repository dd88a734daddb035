"""One request and how its answer is read; what sends it, and whether that blocks, is the clients' matter."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

import httpx
from pydantic import BaseModel

from docflow_client.files import Upload

T = TypeVar("T")
Model = TypeVar("Model", bound=BaseModel)

_SAFE = frozenset({"GET", "HEAD", "PUT", "DELETE"})
_KEY = "Idempotency-Key"


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """`creates`: carries an Idempotency-Key, a fresh one when the caller gave none."""

    method: str
    path: str
    read: Callable[[httpx.Response], T]
    params: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    form: Mapping[str, str] | None = None
    files: Sequence[Upload] = ()
    content: Upload | None = None
    timeout_s: float = 30.0
    creates: bool = False
    signed_in: bool = True
    """False = goes without the caller's token: signing in, and addresses that carry their own proof."""
    repeats: bool = False
    """Safe to send twice although its method does not say so."""

    def keyed(self) -> "Call[T]":
        if not self.creates or _KEY in self.headers:
            return self
        return replace(self, headers={**self.headers, _KEY: str(uuid.uuid4())})

    def at(self, cursor: str | None) -> "Call[T]":
        return self if cursor is None else replace(self, params={**self.params, "cursor": cursor})

    @property
    def repeatable(self) -> bool:
        files = [*self.files, *([self.content] if self.content else [])]
        known = self.method in _SAFE or self.repeats or _KEY in self.headers
        return known and all(file.repeatable for file in files)


def as_model(model: type[Model]) -> Callable[[httpx.Response], Model]:
    return lambda answer: model.model_validate_json(answer.content)


def as_list(model: type[Model]) -> Callable[[httpx.Response], list[Model]]:
    """Of an answer that holds all rows under `data`."""
    return lambda answer: [model.model_validate(row) for row in answer.json()["data"]]


def as_bytes(answer: httpx.Response) -> bytes:
    return answer.content


def as_json(answer: httpx.Response) -> Any:
    return answer.json()


def as_nothing(_answer: httpx.Response) -> None:
    return None


def given(**values: Any) -> dict[str, Any]:
    """Without what is None."""
    return {name: value for name, value in values.items() if value is not None}


def key_header(idempotency_key: str | None) -> dict[str, str]:
    return {_KEY: idempotency_key} if idempotency_key else {}


def version_header(version: int | None) -> dict[str, str]:
    """Only if nobody changed it since."""
    return {"If-Match": f'"{version}"'} if version is not None else {}
