"""JSON text of whatever stood in a database: a number there may be longer than what the quick encoder takes."""

import json
from collections.abc import Callable

import orjson


def json_bytes(value: object, *, sort_keys: bool = False, default: Callable[[object], str] = str) -> bytes:
    """UTF-8 without spaces. PostgreSQL gives 1e300 back as an integer of 301 digits: such values take the slow way."""
    try:
        return orjson.dumps(value, default=default, option=orjson.OPT_SORT_KEYS if sort_keys else None)
    except orjson.JSONEncodeError:
        text = json.dumps(
            value,
            ensure_ascii=False,
            allow_nan=False,
            separators=(",", ":"),
            sort_keys=sort_keys,
            default=default,
        )
        return text.encode()
