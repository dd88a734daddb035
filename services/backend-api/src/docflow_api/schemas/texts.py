"""Forms of values in bodies and queries: what the database stores, and nothing that it cannot."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from docflow.domain.publishing import depth_of
from fastapi import Path, Query
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field

MAX_DEPTH_TOLD = "is nested too deep"
MAX_INT = 2_147_483_647
TYPE_ID = r"^[a-z0-9][a-z0-9_-]*(\.[a-z0-9][a-z0-9_-]*)?$"


def _storable(value: Any) -> Any:
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            if "\x00" in one:
                raise ValueError("has a NUL character")
        elif isinstance(one, Mapping):
            waiting += [*one.keys(), *one.values()]
        elif isinstance(one, list):
            waiting += one
    return value


def _shallow(value: Any) -> Any:
    if depth_of(value) > 32:
        raise ValueError(MAX_DEPTH_TOLD)
    return value


def _text_only(value: Any) -> Any:
    """Pydantic takes a number for seconds of the epoch; the contract knows RFC 3339 only."""
    if not isinstance(value, str) or value[4:5] != "-":
        raise ValueError("a time such as 2026-11-20T12:00:00Z")
    return value


def _utc(at: datetime) -> datetime:
    """Near the first and the last year another offset may lead out of what there is."""
    try:
        return at.astimezone(UTC) if at.tzinfo is not None else at.replace(tzinfo=UTC)
    except OverflowError as error:
        raise ValueError("a time between the years 1 and 9999 in UTC") from error


Moment = Annotated[datetime, BeforeValidator(_text_only), AfterValidator(_utc)]
"""In a query, in UTC; without an offset it is UTC."""
MomentInBody = Annotated[AwareDatetime, BeforeValidator(_text_only), AfterValidator(_utc)]
Text = Annotated[str, AfterValidator(_storable)]
JsonMap = Annotated[dict[str, Any], AfterValidator(_shallow), AfterValidator(_storable)]
JsonItems = Annotated[list[Any], AfterValidator(_shallow), AfterValidator(_storable)]
Version = Annotated[int, Field(strict=True, ge=1, le=MAX_INT)]
TypeId = Annotated[str, Field(pattern=TYPE_ID, max_length=100, examples=["simple_invoice"])]
TypeIdInPath = Annotated[str, Path(pattern=TYPE_ID, max_length=100)]
TypeIdInQuery = Annotated[str | None, Query(pattern=TYPE_ID, max_length=100)]
VersionInQuery = Annotated[int | None, Query(ge=1, le=MAX_INT)]
