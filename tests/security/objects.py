"""Objects that calls are about, made for one client at a time. A kind is the word in `permissions.py`."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from docflow.db.database import Database
from docflow.domain.stages import Role
from docflow.features.evaluations.models import Evaluation
from docflow.features.notifications.models import Notification
from docflow.features.outputs.models import OutputAction
from docflow.features.users.models import User
from docflow.testing.factories import (
    OUTPUT_SCHEMA,
    Tenancy,
    add_dead_run,
    add_document,
    add_process,
    add_user,
    add_vendor,
    add_vendor_template,
)
from sqlalchemy import update

from tests.integration.api.accounts import letters_to, token_in
from tests.integration.api.approving import approved
from tests.integration.api.conftest import World
from tests.integration.api.tenants import TEMPLATES, draft, publish_prompts
from tests.integration.api.test_dry_runs import read_document
from tests.integration.api.test_reading import held
from tests.security.alerting_objects import ALERTING_MAKERS
from tests.security.sign_ins import HASH, claims_of, sign_in

NOTE = b"Invoice 1"
DRAWN = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00:~\x9bU"
    b"\x00\x00\x00\nIDATx\x9cc`\x00\x00\x00\x02\x00\x01H\xaf\xa4q\x00\x00\x00\x00IEND\xaeB`\x82"
)


@dataclass(frozen=True, slots=True)
class Side:
    """One client, or the platform (no `tenant`), and the gateway it is reached through.

    `admin` are the headers of its administrator.
    """

    world: World
    tenant: Tenancy | None
    admin: dict[str, str]

    @property
    def database(self) -> Database:
        return self.world.container.database

    @property
    def tenancy(self) -> Tenancy:
        assert self.tenant is not None
        return self.tenant

    @property
    def prefix(self) -> str:
        """Of the ids of its own types."""
        return f"{self.tenant.slug}." if self.tenant else ""

    async def post(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = await self.world.http.post(path, json=body, headers=self.admin)
        assert answer.is_success, answer.text
        return dict(answer.json())

    async def make(self, kind: str) -> str:
        return await MAKERS[kind](self)


async def _process(side: Side) -> str:
    return str(await add_process(side.database, side.tenancy))


async def _failed(side: Side) -> str:
    return str(await add_process(side.database, side.tenancy, status="failed", error_code="timed_out"))


async def _dead_run(side: Side) -> str:
    return str(await add_dead_run(side.database, side.tenancy))


async def _held(side: Side) -> str:
    return await held(side.database, side.tenancy)


async def _vendor(side: Side) -> str:
    return str(await add_vendor(side.database, side.tenancy.client_id))


async def _document(side: Side) -> str:
    """A picture of one pixel."""
    process_id = await add_process(side.database, side.tenancy)
    key = f"{side.tenancy.client_id}/{uuid4()}"
    await side.world.blobs.put(key, DRAWN)
    document_id = await add_document(
        side.database,
        side.tenancy.client_id,
        process_id,
        blob_key=key,
        mime_type="image/png",
        file_name=f"{side.tenancy.slug}.png",
    )
    return str(document_id)


async def _read_document(side: Side) -> str:
    return str(await read_document(side.world, side.database, side.tenancy))


async def _vendor_template(side: Side) -> str:
    return str(await add_vendor_template(side.database, side.tenancy))


async def _notification(side: Side) -> str:
    """For everybody of the client."""
    notification_id, client_id = uuid4(), side.tenancy.client_id
    row = {"type": "alert", "title": f"alert of {side.tenancy.slug}", "message": ""}
    async with side.database.client(client_id) as session:
        session.add(Notification(notification_id=notification_id, client_id=client_id, **row))
    return str(notification_id)


async def _output_action(side: Side) -> str:
    """A failed one."""
    action_id, process_id = uuid4(), await add_process(side.database, side.tenancy)
    async with side.database.client(side.tenancy.client_id) as session:
        session.add(
            OutputAction(
                action_id=action_id,
                client_id=side.tenancy.client_id,
                process_id=process_id,
                action_type="file_export",
                status="failed",
            )
        )
    return str(action_id)


async def _endpoint(side: Side) -> str:
    body = {"url": "https://hooks.example.com/in", "events": ["process.completed"]}
    return str((await side.post("/v1/webhook-endpoints", body))["endpoint_id"])


async def _delivery(side: Side) -> str:
    return str((await side.post(f"/v1/webhook-endpoints/{await _endpoint(side)}/test"))["delivery_id"])


async def _secret(side: Side) -> str:
    name = f"KEY_{uuid4().hex[:12].upper()}"
    answer = await side.world.http.put(f"/v1/secrets/{name}", json={"value": "k"}, headers=side.admin)
    assert answer.status_code == 204, answer.text
    return name


async def _new_type(side: Side) -> str:
    return f"{side.prefix}type-{uuid4().hex[:8]}"


async def _process_type(side: Side) -> str:
    """A fresh one."""
    process_type_id = await _new_type(side)
    await side.post("/v1/process-types", {"process_type_id": process_type_id, "display_name": "Lease"})
    return process_type_id


async def _ready_type(side: Side) -> str:
    """One that takes documents."""
    return side.tenancy.process_type_id


async def _prompt(side: Side) -> str:
    body = {
        "process_type_id": await _process_type(side),
        "version": 1,
        "stage": "ocr",
        "prompt_template": TEMPLATES["ocr"],
    }
    return str((await side.post("/v1/prompts", body))["prompt_id"])


async def _published_prompt(side: Side) -> str:
    prompt_id = await _prompt(side)
    await side.post(f"/v1/prompts/{prompt_id}/publish")
    return prompt_id


async def _configuration(side: Side) -> str:
    """A draft."""
    return str((await draft(side.world, side.admin, await _process_type(side)))["config_id"])


async def _publishable(side: Side) -> str:
    process_type_id = await _process_type(side)
    await publish_prompts(side.world, side.admin, process_type_id, 1)
    return str((await draft(side.world, side.admin, process_type_id))["config_id"])


async def _published(side: Side) -> str:
    config_id = await _publishable(side)
    await side.post(f"/v1/configurations/{config_id}/publish")
    return config_id


async def _candidate(side: Side) -> str:
    """A shadow of a type that has a version in force."""
    process_type_id = await _process_type(side)
    for version in (1, 2):
        await publish_prompts(side.world, side.admin, process_type_id, version)
        config_id = str((await draft(side.world, side.admin, process_type_id))["config_id"])
        await side.post(f"/v1/configurations/{config_id}/{'publish' if version == 1 else 'shadow'}")
    return config_id


async def _replaced(side: Side) -> str:
    """In force, with a published version before it."""
    config_id = await _candidate(side)
    await side.post(f"/v1/configurations/{config_id}/publish")
    return config_id


async def _compared(side: Side) -> str:
    """All of one type."""
    return await _of_ready_type(side)


async def _of_ready_type(side: Side) -> str:
    """A draft."""
    made = await side.post(
        "/v1/configurations",
        {"process_type_id": side.tenancy.process_type_id, "output_schema": OUTPUT_SCHEMA},
    )
    return str(made["config_id"])


async def _prompt_of_ready_type(side: Side) -> str:
    type_id = side.tenancy.process_type_id
    listed = await side.world.http.get(f"/v1/prompts?process_type_id={type_id}&stage=ocr", headers=side.admin)
    versions = [one["version"] for one in listed.json()["data"]]
    body = {
        "process_type_id": type_id,
        "version": max(versions, default=0) + 1,
        "stage": "ocr",
        "prompt_template": TEMPLATES["ocr"],
    }
    return str((await side.post("/v1/prompts", body))["prompt_id"])


async def _approved_type(side: Side) -> str:
    """One with a completed document."""
    await approved(side.database, side.tenancy, {"invoice_number": "INV-1", "grand_total": None})
    return side.tenancy.process_type_id


async def _evaluation_set(side: Side) -> str:
    await _end_evaluations(side)
    body = {"name": "all", "process_type_id": await _approved_type(side), "with_unreviewed": True, "limit": 1}
    return str((await side.post("/v1/evaluation-sets", body))["set_id"])


async def _evaluation(side: Side) -> str:
    made = await side.post("/v1/evaluations", {"set_id": await _evaluation_set(side)})
    await _end_evaluations(side)
    return str(made["evaluation_id"])


async def _end_evaluations(side: Side) -> None:
    """So that those of many calls do not count as open."""
    async with side.database.client(side.tenancy.client_id) as session:
        await session.execute(update(Evaluation).values(status="failed"))


async def _new_slug(side: Side) -> str:
    return f"umbrella-{uuid4().hex[:8]}"


async def _client(side: Side) -> str:
    if side.tenant is not None:
        return str(side.tenant.client_id)
    made = await side.post("/v1/clients", {"name": "Umbrella", "slug": await _new_slug(side)})
    return str(made["client_id"])


async def _address(side: Side) -> str:
    email = f"{uuid4().hex[:12]}@{side.tenancy.slug}.test"
    await add_user(side.database, side.tenancy.client_id, email=email, role=Role.VIEWER, password_hash=HASH)
    return email


async def _refresh_token(side: Side) -> str:
    return (await sign_in(side.world.http, await _address(side))).json()["refresh_token"]


async def _new_address(side: Side) -> str:
    return f"{uuid4().hex[:12]}@people.test"


async def _user(side: Side) -> str:
    user_id = await add_user(
        side.database, side.tenancy.client_id, email=await _new_address(side), role=Role.VIEWER
    )
    return str(user_id)


async def _guarded_user(side: Side) -> str:
    """With a second factor."""
    user_id = await _user(side)
    async with side.database.client(side.tenancy.client_id) as session:
        sealed = side.world.container.sealing.seal(b"a secret of 20 bytes")
        await session.execute(update(User).where(User.user_id == UUID(user_id)).values(totp_secret=sealed))
    return user_id


async def _session(side: Side) -> str:
    """Of somebody else than the caller."""
    token = (await sign_in(side.world.http, await _address(side))).json()["access_token"]
    return str(claims_of(token)["sid"])


async def _invited(side: Side) -> dict[str, Any]:
    return await side.post("/v1/invitations", {"email": await _new_address(side), "role": "viewer"})


async def _invitation(side: Side) -> str:
    return str((await _invited(side))["invitation_id"])


async def _invitation_token(side: Side) -> str:
    return str((await _invited(side))["token"])


async def _reset_token(side: Side) -> str:
    email = await _address(side)
    await side.world.http.post("/v1/auth/password/forgot", json={"email": email})
    return token_in((await letters_to(side.world, email))[-1])


async def _verification_token(side: Side) -> str:
    body = {"email": await _new_address(side), "role": "viewer", "password": "violet-harbour-91"}
    await side.post("/v1/users", body)
    return token_in((await letters_to(side.world, body["email"]))[-1])


async def _api_key(side: Side) -> str:
    return str((await side.post("/v1/api-keys", {"name": "n8n", "scopes": ["admin"]}))["api_key_id"])


async def _announced(side: Side) -> dict[str, Any]:
    return await side.post(
        "/v1/uploads", {"file_name": "note.txt", "mime_type": "text/plain", "file_size": len(NOTE)}
    )


async def _upload_link(side: Side) -> str:
    return str((await _announced(side))["url"])


async def _upload(side: Side) -> str:
    """Sent."""
    made = await _announced(side)
    answer = await side.world.http.put(made["url"], content=NOTE, headers=made["headers"])
    assert answer.status_code == 204, answer.text
    return str(made["upload_id"])


MAKERS: dict[str, Callable[[Side], Awaitable[str]]] = {
    "process": _process,
    "failed": _failed,
    "dead_run": _dead_run,
    "held": _held,
    "document": _document,
    "vendor": _vendor,
    "read_document": _read_document,
    "vendor_template": _vendor_template,
    "notification": _notification,
    **ALERTING_MAKERS,
    "output_action": _output_action,
    "endpoint": _endpoint,
    "delivery": _delivery,
    "secret": _secret,
    "ready_type": _ready_type,
    "new_type": _new_type,
    "process_type": _process_type,
    "prompt": _prompt,
    "published_prompt": _published_prompt,
    "configuration": _configuration,
    "publishable": _publishable,
    "published": _published,
    "candidate": _candidate,
    "replaced": _replaced,
    "compared": _compared,
    "of_ready_type": _of_ready_type,
    "prompt_of_ready_type": _prompt_of_ready_type,
    "approved_type": _approved_type,
    "evaluation_set": _evaluation_set,
    "evaluation": _evaluation,
    "new_slug": _new_slug,
    "client": _client,
    "address": _address,
    "new_address": _new_address,
    "user": _user,
    "guarded_user": _guarded_user,
    "session": _session,
    "invitation": _invitation,
    "invitation_token": _invitation_token,
    "reset_token": _reset_token,
    "verification_token": _verification_token,
    "api_key": _api_key,
    "upload": _upload,
    "upload_link": _upload_link,
    "refresh_token": _refresh_token,
}

VALUES = {
    "address", "new_address", "new_type", "new_slug", "code", "refresh_token", "reset_token", "verification_token",
    "invitation_token", "upload_link",
}  # fmt: skip
"""They name nothing that exists for one client only."""
TEXT_KINDS = VALUES | {"process_type", "ready_type", "approved_type", "secret"}
"""Their ids are no UUIDs."""


def unknown(kind: str) -> str:
    """An id of the right form that nothing has."""
    return f"nobody.{uuid4().hex[:8]}" if kind in TEXT_KINDS else str(uuid4())
