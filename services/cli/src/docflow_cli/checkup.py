"""What `docflow doctor` looks at. A check looks and says; it changes nothing and starts no database."""

import asyncio
import os
import shutil
import sys
from pathlib import Path

from docflow.domain.errors import DocflowError
from docflow.runtime.local_state import LocalState
from docflow.runtime.settings import Settings

from docflow_cli.addresses import with_free_port
from docflow_cli.database_checkup import check_accounts, check_database, check_schema, check_types
from docflow_cli.encryption import ENCRYPTION_CHECKS
from docflow_cli.findings import Check, Finding

_DISK_BYTES = 2 * 1024**3
"""Room for the environment's copies of PostgreSQL, a first day of documents and the database's log."""
_OLDEST_PYTHON = (3, 11)


async def check_all(settings: Settings) -> list[Finding]:
    return [await check(settings) for check in CHECKS]


async def check_python(_: Settings) -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding(
        "python",
        sys.version_info >= _OLDEST_PYTHON,
        f"{version} at {sys.executable}",
        "install Python 3.11 or newer",
    )


async def check_venv(_: Settings) -> Finding:
    here = sys.prefix != sys.base_prefix
    return Finding(
        "environment",
        here,
        sys.prefix if here else "not in a virtual environment",
        "run `make setup` and use .venv/bin/docflow (Debian and Ubuntu: apt-get install python3-venv first)",
    )


async def check_home(settings: Settings) -> Finding:
    folder = _existing(settings.home.absolute())
    owner = _other_account(settings, folder)
    if owner is not None:
        return Finding(
            "home folder",
            False,
            f"{folder} belongs to {owner}, and this is root: what root writes there the services cannot read",
            f"run docflow as that account: `runuser -u {owner} -- bash`, then this command",
        )
    return Finding(
        "home folder",
        os.access(folder, os.W_OK | os.X_OK),
        str(settings.home.absolute()),
        f"make {folder} writable for this account, or set DOCFLOW_HOME to a folder that is",
    )


async def check_disk(settings: Settings) -> Finding:
    free = shutil.disk_usage(_existing(settings.home.absolute())).free
    return Finding(
        "disk",
        free >= _DISK_BYTES,
        f"{free / 1024**3:.1f} GiB free",
        f"free {_DISK_BYTES / 1024**3:.0f} GiB, or set DOCFLOW_HOME to a bigger disk",
    )


async def check_port(settings: Settings) -> Finding:
    run = LocalState(settings.home).run()
    if run is not None:
        return Finding("port", True, f"in use by this installation ({run.api_url})")
    try:
        port = with_free_port(settings).api.port
    except DocflowError as error:
        return Finding(
            "port", False, str(error), "stop what listens there, or set DOCFLOW_API__PORT to a free port"
        )
    return Finding("port", True, f"{port} on {settings.api.host} is free")


async def check_files(settings: Settings) -> Finding:
    from docflow.runtime.container import open_blobs

    key = "doctor/probe"
    fix = "make the folder or bucket in DOCFLOW_BLOBS__URL writable for this account"
    if settings.blobs.url is None:
        # The default folder comes with the home folder; making it here would be a change.
        return Finding("file store", True, str(settings.home.absolute() / "blobs"))
    if _other_account(settings, _existing(settings.home.absolute())) is not None:
        return Finding("file store", True, "not tried as root")
    try:
        store = open_blobs(settings)
        try:
            await store.put(key, b"probe")
            await store.delete(key)
        finally:
            await store.aclose()
    except (DocflowError, ValueError, OSError) as error:
        return Finding("file store", False, str(error), fix)
    return Finding("file store", True, settings.blobs.url)


async def check_reading(_: Settings) -> Finding:
    """Loads the models as a worker's child does; takes a second or two."""
    fix = "run `make setup` again; without it only documents with text or XML in them are read"
    try:
        await asyncio.to_thread(_load_models)
    except Exception as error:  # whatever a native library raises, the answer is the same
        return Finding("text recognition", False, f"the models do not load ({type(error).__name__})", fix)
    return Finding("text recognition", True, "the models load")


def _load_models() -> None:
    from docflow.adapters.ocr.rapidocr import RapidOcr

    RapidOcr()


async def check_production(settings: Settings) -> Finding:
    missing = settings.missing_in_production()
    return Finding(
        "settings",
        not missing,
        f"DOCFLOW_ENV={settings.env}" + (f" without {' and '.join(missing)}" if missing else ""),
        "set them in the environment; a secret is made by `python3 -c 'import secrets; print(secrets.token_urlsafe(48))'`",
    )


async def check_mail(settings: Settings) -> Finding:
    """Nothing is sent; only whether production has somewhere to send to, and a URL that can be used."""
    from docflow.adapters.clock.system import SystemClock
    from docflow.runtime.container import mail_folder, open_mail

    fix = "set DOCFLOW_MAIL__URL, such as smtps://user:password@host:465"
    try:
        open_mail(settings, SystemClock())
    except ValueError as error:
        return Finding("mail", False, str(error), fix)
    if settings.mail.url is None:
        return Finding(
            "mail", not settings.is_production, f"letters are files in {mail_folder(settings)}", fix
        )
    return Finding("mail", True, "an SMTP server is set")


def _other_account(settings: Settings, folder: Path) -> str | None:
    """Whom the folder belongs to, where root works in production on what is the services' account's."""
    if not settings.is_production or os.geteuid() != 0 or folder.stat().st_uid == 0:
        return None
    return folder.owner()


def _existing(path: Path) -> Path:
    return path if path.exists() else _existing(path.parent)


CHECKS: tuple[Check, ...] = (
    check_python,
    check_venv,
    check_home,
    check_disk,
    check_port,
    check_database,
    check_schema,
    check_types,
    check_files,
    check_reading,
    check_production,
    check_accounts,
    check_mail,
    *ENCRYPTION_CHECKS,
)
