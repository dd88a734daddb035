"""ETags of resources that carry a version, and the `If-Match` that names one."""

from docflow.domain.errors import UserError


def etag(version: int) -> dict[str, str]:
    return {"ETag": f'"{version}"'}


def expected_version(if_match: str | None) -> int | None:
    """None for no condition and for `*`. Raises `precondition_failed` for what is no ETag of ours."""
    if if_match is None or if_match.strip() == "*":
        return None
    text = if_match.strip().removeprefix("W/").strip('"')
    if not text.isdecimal() or len(text) > 9:
        raise UserError("If-Match names no version of this", code="precondition_failed")
    return int(text)
