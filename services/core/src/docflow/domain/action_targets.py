"""Whether an output action's `target_config` can be used, as far as can be told before there is a result."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from docflow.domain.datev import Batch
from docflow.domain.errors import PermanentError
from docflow.domain.filling import filled, filled_folder, places
from docflow.domain.json_types import JsonObject, JsonValue
from docflow.domain.secret_references import is_reference
from docflow.domain.stages import ActionType
from docflow.domain.target_mapping import mapping_problems

Wrong = tuple[tuple[str | int, ...], str]
"""A place inside what is looked at, such as `target_config`, and what is wrong there."""

FORMATS = ("json", "csv", "xlsx", "ubl", "cii", "datev")
METHODS = ("POST", "PUT", "PATCH")
_HTTP = ("http://", "https://")
_FACTS = {
    "process_id": "x", "process_type_id": "x", "external_id": "x", "date": "x", "idempotency_key": "x",
}  # fmt: skip
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
_AUTH = {
    "bearer": ("token",),
    "basic": ("username", "password"),
    "oauth_client_credentials": ("token_url", "client_id", "client_secret"),
}
_SECRET_PARTS = ("token", "password", "client_secret")


def target_problems(kind: ActionType, config: JsonObject) -> Iterator[Wrong]:
    match kind:
        case ActionType.WEBHOOK:
            yield from _webhook(config)
        case ActionType.FILE_EXPORT:
            yield from _file_export(config)
        case ActionType.EMAIL:
            yield from _email(config)
        case ActionType.DATABASE_INSERT:
            yield from _database_insert(config)
        case ActionType.ERP_INTEGRATION:
            yield from _erp(config)


def addresses_of(config: JsonObject) -> list[str]:
    """The http addresses that a target names, which the egress judges when the configuration is published."""
    auth, bucket = config.get("auth"), config.get("bucket")
    named = [
        config.get("url"),
        auth.get("token_url") if isinstance(auth, Mapping) else None,
        bucket.get("endpoint") if isinstance(bucket, Mapping) else None,
    ]
    return [url for url in named if isinstance(url, str) and url.startswith(_HTTP)]


def _webhook(config: JsonObject) -> Iterator[Wrong]:
    if not _is_http(config.get("url")):
        yield ("url",), "is an http or https address"
    yield from _headers(config)


def _headers(config: JsonObject) -> Iterator[Wrong]:
    headers = config.get("headers", {})
    if not isinstance(headers, Mapping):
        yield ("headers",), "is an object"
        return
    for name, value in headers.items():
        if not isinstance(value, str) and not is_reference(value):
            yield ("headers", name), 'is a text or {"$secret": "NAME"}'


def _file_export(config: JsonObject) -> Iterator[Wrong]:
    form = config.get("format", "json")
    if form not in FORMATS:
        yield ("format",), f"must be one of {', '.join(FORMATS)}"
    if form == "datev":
        yield from _datev(config.get("datev"))
    for name in ("file_name", "folder"):
        yield from _template(config, name, in_name=True)
    if "bucket" in config:
        yield from _bucket(config["bucket"])


def _bucket(bucket: JsonValue) -> Iterator[Wrong]:
    """A client's bucket has the client's own keys: those of the installation are nobody's to use."""
    url = bucket.get("url") if isinstance(bucket, Mapping) else None
    if not isinstance(bucket, Mapping) or not isinstance(url, str) or not url.startswith(("s3://", "gs://")):
        yield ("bucket", "url"), "is s3://bucket/prefix or gs://bucket/prefix"
        return
    needed = (
        ("region", "access_key_id", "secret_access_key") if url.startswith("s3") else ("service_account_key",)
    )
    for name in needed:
        if not bucket.get(name):
            yield ("bucket", name), "is needed"
    for name in ("secret_access_key", "service_account_key"):
        if bucket.get(name) and not is_reference(bucket[name]):
            yield ("bucket", name), 'is {"$secret": "NAME"}'


def _email(config: JsonObject) -> Iterator[Wrong]:
    to = config.get("to")
    listed = [to] if isinstance(to, str) else to
    if (
        not isinstance(listed, list | tuple)
        or not 1 <= len(listed) <= 20
        or not all(isinstance(each, str) and re.fullmatch(r"[^\s@]+@[^\s@]+", each) for each in listed)
    ):
        yield ("to",), "is an address, or a list of at most 20"
    for name in ("subject", "text", "html"):
        yield from _template(config, name)
    attach = config.get("attach", ())
    if not isinstance(attach, list | tuple) or not all(each in FORMATS for each in attach):
        yield ("attach",), f"is a list of {', '.join(FORMATS)}"
    elif "datev" in attach:
        yield from _datev(config.get("datev"))


def _database_insert(config: JsonObject) -> Iterator[Wrong]:
    url = config.get("url")
    if not isinstance(url, str) or not re.fullmatch(r"postgresql\+psycopg://[^@/?#\s]+/[^/?#\s]+", url):
        yield ("url",), "has the form postgresql+psycopg://host:5432/database, without user and password"
    if not is_reference(config.get("password")):
        yield ("password",), 'is {"$secret": "NAME"}'
    for name in ("table", "schema", "key_column"):
        given = config.get(name)
        if (name == "table" or given is not None) and not _is_identifier(given):
            yield (name,), "has letters, digits and _ alone"
    yield from _mapping(config, "columns")
    columns = config.get("columns")
    for column in columns if isinstance(columns, Mapping) else ():
        if not _is_identifier(column):
            yield ("columns", column), "has letters, digits and _ alone"
        elif column == config.get("key_column", "idempotency_key"):
            yield ("columns", column), "is the key column, which is filled by itself"


def _erp(config: JsonObject) -> Iterator[Wrong]:
    if not _is_http(config.get("url")):
        yield ("url",), "is an http or https address"
    if config.get("method", "POST") not in METHODS:
        yield ("method",), f"must be one of {', '.join(METHODS)}"
    yield from _headers(config)
    form = config.get("format", "json")
    if form == "datev":
        yield from _datev(config.get("datev"))
    elif form != "json":
        yield ("format",), "is json or datev"
    else:
        yield from _mapping(config, "mapping")
    already = config.get("already", ())
    if not isinstance(already, list | tuple) or not all(type(each) is int for each in already):
        yield ("already",), "is a list of statuses"
    if config.get("auth") is not None:
        yield from _auth(config["auth"])


def _auth(auth: JsonValue) -> Iterator[Wrong]:
    kind = auth.get("kind") if isinstance(auth, Mapping) else None
    if not isinstance(auth, Mapping) or not isinstance(kind, str) or kind not in _AUTH:
        yield ("auth", "kind"), f"must be one of {', '.join(_AUTH)}"
        return
    for name in _AUTH[kind]:
        if name in _SECRET_PARTS and not is_reference(auth.get(name)):
            yield ("auth", name), 'is {"$secret": "NAME"}'
        elif not auth.get(name):
            yield ("auth", name), "is needed"
    if "token_url" in _AUTH[kind] and not _is_http(auth.get("token_url")):
        yield ("auth", "token_url"), "is an http or https address"


def _datev(given: JsonValue) -> Iterator[Wrong]:
    if not isinstance(given, Mapping):
        yield ("datev",), "names consultant, client and a booking"
        return
    try:
        Batch.of(given, datetime(2026, 1, 1, tzinfo=UTC))
    except PermanentError as error:
        yield ("datev",), error.message
    for path, told in mapping_problems(given.get("booking")):
        yield ("datev", "booking", *path), told


def _mapping(config: JsonObject, name: str) -> Iterator[Wrong]:
    for path, told in mapping_problems(config.get(name)):
        yield (name, *path), told


def _template(config: JsonObject, name: str, *, in_name: bool = False) -> Iterator[Wrong]:
    given = config.get(name)
    if given is None:
        return
    if not isinstance(given, str) or len(given) > 50_000:
        yield (name,), "is a text"
        return
    known = {**_FACTS, **{place: "x" for place in places(given) if place.startswith("fields.")}}
    try:
        filled_folder(given, known) if in_name else filled(given, known)
    except ValueError as error:
        yield (name,), str(error)


def _is_http(url: JsonValue) -> bool:
    return isinstance(url, str) and url.startswith(_HTTP)


def _is_identifier(name: JsonValue) -> bool:
    return isinstance(name, str) and _IDENTIFIER.fullmatch(name) is not None


def action_addresses(actions: Sequence[JsonValue]) -> list[str]:
    """Of all actions that are well formed."""
    configs = [each.get("target_config") for each in actions if isinstance(each, Mapping)]
    return [url for config in configs if isinstance(config, Mapping) for url in addresses_of(config)]
