"""Versions of rows as HTTP knows them: `ETag` on the way out, `If-Match` on the way in."""

from typing import Annotated

from docflow.domain.errors import PreconditionFailed, UserError
from fastapi import Depends, Header, Request

from docflow_api.deps import refuse_unreadable_ids

IfMatch = Annotated[
    str | None, Header(description="The `ETag` that the change goes by; `*` = whatever stands there")
]


def etag(version: int) -> dict[str, str]:
    return {"ETag": f'"{version}"'}


async def _seen(request: Request, if_match: IfMatch = None) -> int | None:
    """None for no condition and for `*`. Raises PreconditionFailed for what is no ETag of ours."""
    refuse_unreadable_ids(request)
    if if_match is None or if_match.strip() == "*":
        return None
    text = if_match.strip().removeprefix("W/").strip('"')
    if not text.isdecimal() or len(text) > 9:
        raise PreconditionFailed("If-Match names no version of this")
    return int(text)


async def _must_see(request: Request, seen: Annotated[int | None, Depends(_seen)]) -> int | None:
    if "if-match" not in request.headers:
        raise UserError("send If-Match with the ETag that you read", code="precondition_required")
    return seen


Seen = Annotated[int | None, Depends(_seen)]
MustSee = Annotated[int | None, Depends(_must_see)]
"""Put it behind the look-up of the row and before the body: 404 comes first, 422 last."""
