from collections.abc import Sequence
from typing import Generic, TypeVar

from fastapi import Request, Response

from docflow_api.schemas.base import Schema

Item = TypeVar("Item")


class Page(Schema, Generic[Item]):
    """One page of a list; `next` is the full URL of the following one."""

    data: Sequence[Item]
    has_more: bool
    next_cursor: str | None
    next: str | None


def page_of(
    items: Sequence[Item], cursor: str | None, request: Request, response: Response, public_url: str
) -> Page[Item]:
    """Also sets `Link: rel=next`."""
    url = None
    if cursor is not None:
        query = request.url.include_query_params(cursor=cursor).query
        base = public_url or str(request.base_url).rstrip("/")
        url = f"{base}{request.url.path}?{query}"
        response.headers["Link"] = f'<{url}>; rel="next"'
    return Page(data=items, has_more=cursor is not None, next_cursor=cursor, next=url)
