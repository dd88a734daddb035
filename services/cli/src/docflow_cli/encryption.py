"""What `docflow doctor` says of encryption: on the way to each server, of the files, of secrets at rest.

A way that stays on this machine needs none. Outside production what is missing is a warning.
"""

import asyncio
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from docflow.db.database import Database
from docflow.domain.errors import DocflowError
from docflow.runtime.local_state import LocalState
from docflow.runtime.settings import BlobSettings, DatabaseSettings, Settings
from pydantic import SecretStr
from sqlalchemy import make_url, text
from sqlalchemy.exc import SQLAlchemyError

from docflow_cli.disk_encryption import encryption_of
from docflow_cli.findings import Check, Finding

_CHECKED = ("verify-ca", "verify-full")
_SURE = ("require", *_CHECKED)
_KEY_CHARS = 32
_OWN_TLS = {"amqps", "rediss", "unix"}


async def check_database_encryption(settings: Settings) -> Finding:
    db = settings.db
    given = {
        "URL": db.url,
        "AUDIT_URL": db.audit_url,
        "MIGRATION_URL": db.migration_url,
        "LISTEN_URL": db.listen_url,
    }
    said = {
        f"DOCFLOW_DB__{name}": await _way_to_database(secret.get_secret_value(), db)
        for name, secret in given.items()
        if secret is not None
    }
    if not said:
        return Finding("database encryption", True, "the embedded server listens on this machine alone")
    plain = [name for name, (is_safe, _) in said.items() if is_safe is False]
    ways = sorted({way for _, way in said.values()})
    fix = (
        f"add ?sslmode=verify-full&sslrootcert=FILE to {' and '.join(plain)}, and turn `ssl` on in PostgreSQL"
    )
    return _finding(settings, "database encryption", not plain, "; ".join(ways), fix)


async def _way_to_database(url: str, db: DatabaseSettings) -> tuple[bool | None, str]:
    """Safe, plain or None = not known; and how."""
    at = make_url(url)
    if _is_here(at.host or str(at.query.get("host") or "")):
        return True, "on this machine"
    mode = str(at.query.get("sslmode") or "prefer")
    checked = (
        "" if mode in _CHECKED else ", the server's certificate is not checked (sslmode=verify-full does)"
    )
    if db.transaction_pooler or mode in _SURE:
        # Behind a pooler the server sees the pooler's connection, not ours.
        return (
            (True, f"TLS by sslmode={mode}{checked}")
            if mode in _SURE
            else (None, f"not known: sslmode={mode} to a pooler")
        )
    version = await tls_version(url)
    if version is None:
        return None, f"not known: the server cannot be asked (sslmode={mode})"
    return (True, f"{version}{checked}") if version else (False, "not encrypted")


async def tls_version(url: str) -> str | None:
    """Of a connection made now; empty without TLS, None where there is no connection."""
    database = Database(url, pool_size=1, max_overflow=0)
    query = text("SELECT coalesce(version, '') FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
    try:
        async with database.nobody() as session:
            return str(await session.scalar(query) or "")
    except (DocflowError, SQLAlchemyError):
        return None
    finally:
        await database.aclose()


async def check_broker_encryption(settings: Settings) -> Finding:
    fix = "use amqps:// in DOCFLOW_BROKER__URL, and RabbitMQ's TLS listener (5671)"
    return _way(
        settings, "broker encryption", settings.broker.url, "none is set: the database carries the work", fix
    )


async def check_redis_encryption(settings: Settings) -> Finding:
    fix = "use rediss:// in DOCFLOW_REDIS__URL, and a TLS port of the server"
    return _way(settings, "Redis encryption", settings.redis.url, "none is set", fix)


def _way(settings: Settings, name: str, url: SecretStr | None, unset: str, fix: str) -> Finding:
    if url is None:
        return Finding(name, True, unset)
    at = urlsplit(url.get_secret_value())
    if at.scheme in _OWN_TLS:
        return Finding(name, True, "on this machine" if at.scheme == "unix" else "TLS")
    if _is_here(at.hostname or ""):
        return Finding(name, True, "on this machine")
    return _finding(settings, name, False, "not encrypted", fix)


async def check_file_encryption(settings: Settings) -> Finding:
    """What cannot be seen from here is said to be not known, and is no failure."""
    name, blobs = "file encryption", settings.blobs
    url = blobs.url or f"file://{settings.home.absolute() / 'blobs'}"
    if not url.startswith("file://"):
        return _bucket(settings, name, blobs, url)
    folder = Path(urlsplit(url).path)
    by = await asyncio.to_thread(encryption_of, folder)
    if by is not None:
        return Finding(name, True, f"{folder} is encrypted by {by}")
    found = f"not known: nothing that can be seen encrypts {folder}, what lies below may"
    fix = f"make sure that {folder} lies on an encrypted disk"
    return Finding(name, True, found, fix, warning=settings.is_production)


def _bucket(settings: Settings, name: str, blobs: BlobSettings, url: str) -> Finding:
    endpoint = urlsplit(blobs.endpoint or "")
    if endpoint.scheme == "http" and not _is_here(endpoint.hostname or ""):
        fix = "use https:// in DOCFLOW_BLOBS__ENDPOINT"
        return _finding(settings, name, False, "not encrypted on the way to the bucket", fix)
    if url.startswith("s3://") and blobs.kms_key_id:
        return Finding(name, True, "each object with the key of DOCFLOW_BLOBS__KMS_KEY_ID")
    by = "Google" if url.startswith("gs://") else "Amazon" if not blobs.endpoint else None
    if by is not None:
        return Finding(
            name, True, f"by the bucket's own default: {by}'s key, unless the bucket names one of yours"
        )
    return Finding(name, True, "not known: the store behind DOCFLOW_BLOBS__ENDPOINT decides")


async def check_sealing_key(settings: Settings) -> Finding:
    name = "sealing key"
    fix = "set DOCFLOW_AUTH__SECRET or DOCFLOW_AUTH__SEALING_KEYS; `openssl rand -hex 32` makes one; keep it apart from backups"
    keys = settings.auth.sealing_secrets()
    if not keys:
        made = f"made for development, kept beside the data in {settings.home.absolute()}"
        return _finding(settings, name, False, made, fix)
    if keys[0] == LocalState(settings.home).kept_secret("auth"):
        return _finding(settings, name, False, "the one that was made for development", fix)
    if len(keys[0]) < _KEY_CHARS:
        return _finding(settings, name, False, f"shorter than {_KEY_CHARS} characters", fix)
    return Finding(name, True, f"set, {len(keys)} of them" if len(keys) > 1 else "set")


def _finding(settings: Settings, name: str, ok: bool, found: str, fix: str) -> Finding:
    passes = ok or not settings.is_production
    return Finding(name, passes, found, "" if ok else fix, warning=passes and not ok)


def _is_here(host: str) -> bool:
    """This machine: a socket's folder (or none named), or a loopback address."""
    if host in ("", "localhost") or host.startswith("/"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


ENCRYPTION_CHECKS: tuple[Check, ...] = (
    check_database_encryption,
    check_broker_encryption,
    check_redis_encryption,
    check_file_encryption,
    check_sealing_key,
)
