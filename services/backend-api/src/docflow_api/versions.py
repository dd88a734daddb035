"""Versions of rows as HTTP knows them: `ETag` on the way out, `If-Match` on the way in."""

from docflow.domain.errors import UserError


def etag(version: int) -> dict[str, str]:
    return {"ETag": f'"{version}"'}


def needed_version(if_match: str | None) -> int | None:
    """The version that a change was made from; None = whichever there is (`*`).

    Raises UserError `precondition_required` without a header, `precondition_failed` for one that is no ETag of ours.
    """
    if if_match is None:
        raise UserError("name the version in If-Match", code="precondition_required")
    if if_match.strip() == "*":
        return None
    text = if_match.strip().removeprefix("W/").strip('"')
    if not text.isdecimal() or len(text) > 9:
        raise UserError("If-Match names no version of this", code="precondition_failed")
    return int(text)
