"""What a client has of each kind, made when a path names it; the letters are those of test_foreign_clients."""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from uuid import UUID, uuid4

from docflow.db.database import Database
from docflow.domain.access import Scope
from docflow.domain.configuration import PromptStage
from docflow.domain.stages import Role
from docflow.features.api_keys.service import create_api_key
from docflow.features.evaluations.service import Evaluations
from docflow.features.evaluations.sets import Choice, EvaluationSets
from docflow.features.outputs.models import OutputAction
from docflow.features.users.one_time import OneTimeTokens, TokenKind
from docflow.testing.factories import (
    Tenancy,
    add_dead_run,
    add_document,
    add_prompt,
    add_vendor,
    add_vendor_template,
)

from tests.integration.api.approving import approved
from tests.integration.api.conftest import World
from tests.integration.api.test_reading import held

Ids = dict[str, UUID | str]


class Theirs:
    """`key` is the client's own, with every scope."""

    def __init__(self, world: World, database: Database, tenancy: Tenancy, key: dict[str, str]) -> None:
        self._world = world
        self._database = database
        self._tenancy = tenancy
        self._key = key

    async def named_in(self, path: str) -> Ids:
        made: Ids = {}
        for letter in re.findall(r"{(\w)}", path):
            if letter not in made:
                made |= await self._makers()[letter]()
        return made

    async def evaluation(self) -> Ids:
        """A set and its evaluation."""
        client_id, type_id = self._tenancy.client_id, self._tenancy.process_type_id
        await approved(self._database, self._tenancy, {"invoice_number": "INV-1"}, by_a_person=True)
        async with self._database.client(client_id) as session:
            at, by = datetime.now(UTC), "test"
            chosen, _ = await EvaluationSets(session, client_id).add("all", Choice(type_id), by=by, at=at)
            begun = await Evaluations(session, client_id).begin(chosen.set_id, None, None, by=by, at=at)
            return {"s": chosen.set_id, "e": begun.evaluation_id}

    def _makers(self) -> dict[str, Callable[[], Awaitable[Ids]]]:
        return {
            "p": self._process, "d": self._process, "o": self._process, "t": self._known, "c": self._known, "u": self._known,
            "m": self._prompt, "i": self._invitation, "k": self._api_key, "v": self._vendor, "w": self._vendor,
            "s": self.evaluation, "e": self.evaluation, "h": self._channel, "a": self._alert_rule,
            "n": self._endpoint, "y": self._endpoint, "r": self._dead_run,
        }  # fmt: skip

    async def _known(self) -> Ids:
        known = self._tenancy
        return {"t": known.process_type_id, "c": known.config_id, "u": known.admin_id}

    async def _process(self) -> Ids:
        """A held process, a document of it, and an action that failed."""
        client_id, process_id = self._tenancy.client_id, await held(self._database, self._tenancy)
        document_id = await add_document(self._database, client_id, process_id)
        action_id = uuid4()
        async with self._database.client(client_id) as session:
            session.add(
                OutputAction(
                    action_id=action_id,
                    client_id=client_id,
                    process_id=process_id,
                    action_type="file_export",
                    status="failed",
                )
            )
        return {"p": process_id, "d": document_id, "o": action_id}

    async def _prompt(self) -> Ids:
        known = self._tenancy
        return {
            "m": await add_prompt(self._database, known.client_id, known.process_type_id, PromptStage.OCR)
        }

    async def _invitation(self) -> Ids:
        client_id = self._tenancy.client_id
        async with self._database.client(client_id) as session:
            token, _ = await OneTimeTokens(session, client_id).issue(
                TokenKind.INVITATION, "new@acme.test", at=datetime.now(UTC), role=Role.VIEWER
            )
            return {"i": token.token_id}

    async def _api_key(self) -> Ids:
        async with self._database.client(self._tenancy.client_id) as session:
            key, _ = await create_api_key(session, self._tenancy.client_id, "theirs", Scope)
            return {"k": key.api_key_id}

    async def _vendor(self) -> Ids:
        """A vendor, and a template of one."""
        return {
            "v": await add_vendor_template(self._database, self._tenancy),
            "w": await add_vendor(self._database, self._tenancy.client_id),
        }

    async def _channel(self) -> Ids:
        body = {"kind": "email", "name": "payables", "target": "ap@example.com", "events": ["alert"]}
        return {"h": (await self._made("/v1/notification-channels", body))["channel_id"]}

    async def _alert_rule(self) -> Ids:
        body = {"name": "dead runs", "metric": "dead_runs", "threshold": 1000}
        return {"a": (await self._made("/v1/alert-rules", body))["rule_id"]}

    async def _endpoint(self) -> Ids:
        """A webhook endpoint, and what was sent to try it."""
        body = {"url": "https://hooks.example.com/in", "events": ["process.completed"]}
        endpoint_id = (await self._made("/v1/webhook-endpoints", body))["endpoint_id"]
        tried = await self._made(f"/v1/webhook-endpoints/{endpoint_id}/test", None)
        return {"n": endpoint_id, "y": tried["delivery_id"]}

    async def _dead_run(self) -> Ids:
        return {"r": await add_dead_run(self._database, self._tenancy)}

    async def _made(self, path: str, body: dict[str, object] | None) -> dict[str, str]:
        made: dict[str, str] = (await self._world.http.post(path, json=body, headers=self._key)).json()
        return made
