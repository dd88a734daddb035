"""Which keys a store takes. One rule for all stores, so that a key written to one can be moved to another."""

import re

from docflow.domain.errors import UserError

MAX_LENGTH = 900
"""S3 takes 1024 bytes, the bucket's own prefix included."""

# A part may not begin with a dot: `..` cannot leave the root and the staging area cannot be named.
_PART = r"[A-Za-z0-9_=+@,-][A-Za-z0-9._=+@,-]{0,199}"
_KEY = re.compile(rf"{_PART}(/{_PART})*")
_PREFIX = re.compile(rf"(|{_PART}(/{_PART})*/?)")


def checked_key(key: str) -> str:
    """The key itself, or UserError `invalid_blob_key`."""
    if len(key) > MAX_LENGTH or not _KEY.fullmatch(key):
        raise UserError("a file key has a form that no store takes", code="invalid_blob_key")
    return key


def checked_prefix(prefix: str) -> str:
    """Like a key; may be empty or end in a slash."""
    if len(prefix) > MAX_LENGTH or not _PREFIX.fullmatch(prefix):
        raise UserError("a file prefix has a form that no store takes", code="invalid_blob_key")
    return prefix
