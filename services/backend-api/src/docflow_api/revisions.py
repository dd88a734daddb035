"""ETag and If-Match: the count of writes that a change goes by."""

from typing import Annotated

from docflow.domain.errors import PreconditionFailed, UserError
from fastapi import Depends, Header, Request

from docflow_api.deps import refuse_unreadable_ids

IfMatch = Annotated[str | None, Header(description="The `ETag` that the change goes by")]


def etag(revision: int) -> dict[str, str]:
    return {"ETag": f'"{revision}"'}


async def _seen(request: Request, if_match: IfMatch = None) -> int | None:
    """None = whatever stands there. Raises PreconditionFailed for a tag that is none of ours."""
    refuse_unreadable_ids(request)
    if if_match is None or if_match.strip() == "*":
        return None
    text = if_match.strip().removeprefix("W/").strip('"')
    if not text.isdecimal() or len(text) > 9:
        raise PreconditionFailed("If-Match names no version of this")
    return int(text)


async def _must_see(seen: Annotated[int | None, Depends(_seen)]) -> int:
    if seen is None:
        raise UserError("send If-Match with the ETag that you read", code="precondition_required")
    return seen


Seen = Annotated[int | None, Depends(_seen)]
MustSee = Annotated[int, Depends(_must_see)]
"""Put it behind the look-up of the row and before the body: 404 comes first, 422 last."""
