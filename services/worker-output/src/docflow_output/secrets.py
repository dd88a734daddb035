"""Puts a client's secrets into a configuration when it is used. Nothing else of the product reads them."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

from docflow.db.database import Database
from docflow.domain.errors import PermanentError, TransientError
from docflow.domain.json_types import JsonObject
from docflow.domain.ports.sealing import Sealing
from docflow.domain.secret_references import references, variable_of, with_secrets
from docflow.features.client_secrets.models import ClientSecret
from docflow.features.clients.models import Client
from sqlalchemy import select


class Secrets:
    """A secret that the client stored wins; else the operator's variable of that client, else a file
    `<folder>/<slug>/<NAME>`. Each lookup is bound to the client: no name reaches another one's.
    """

    def __init__(
        self,
        database: Database,
        sealing: Sealing,
        *,
        environment: Mapping[str, str],
        folder: Path | None = None,
    ) -> None:
        self._database = database
        self._sealing = sealing
        self._environment = environment
        self._folder = folder

    async def filled(self, client_id: UUID, config: JsonObject) -> JsonObject:
        """The configuration with its secrets, for memory alone. Raises PermanentError `secret_missing`."""
        names = set(references(config))
        if not names:
            return config
        slug, stored = await self._stored(client_id, names)
        found = {name: stored.get(name) or await self._given(slug, name) for name in names}
        missing = sorted(name for name, value in found.items() if value is None)
        if missing:
            raise PermanentError(f"there is no secret {', '.join(missing)}", code="secret_missing")
        return with_secrets(config, lambda name: found[name] or "")

    async def _stored(self, client_id: UUID, names: set[str]) -> tuple[str, dict[str, str]]:
        async with self._database.client(client_id) as session:
            slug = (await session.scalars(select(Client.slug).where(Client.client_id == client_id))).one()
            rows = await session.execute(
                select(ClientSecret.name, ClientSecret.value_sealed).where(
                    ClientSecret.client_id == client_id, ClientSecret.name.in_(names)
                )
            )
            sealed = {row.name: bytes(row.value_sealed) for row in rows}
        return slug, {name: self._sealing.open(value).decode() for name, value in sealed.items()}

    async def _given(self, slug: str, name: str) -> str | None:
        variable = self._environment.get(variable_of(slug, name))
        if variable or self._folder is None:
            return variable or None
        return await asyncio.to_thread(_read, self._folder / slug / name)


def _read(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8").rstrip("\r\n") or None
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise TransientError("the folder of secrets cannot be read", code="secrets_unavailable") from error
