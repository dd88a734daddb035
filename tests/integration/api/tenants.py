"""Platform administrators and clients for the tests of tenancy."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest
from docflow.db.database import Database
from docflow.domain.ids import new_id
from docflow.domain.stages import Role
from docflow.features.users.models import User

from tests.integration.api.conftest import World
from tests.integration.api.test_access import HASH, bearer, sign_in

Call = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture
async def platform(world: World, owner_database: Database) -> AsyncIterator[dict[str, str]]:
    """Headers of a platform administrator."""
    email = f"{uuid4().hex[:10]}@platform.test"
    async with owner_database.nobody() as session:
        session.add(
            User(
                user_id=new_id(),
                client_id=None,
                email=email,
                role=Role.PLATFORM_ADMIN,
                status="active",
                password_hash=HASH,
            )
        )
    yield bearer(await sign_in(world, email))


def slug() -> str:
    return f"umbrella-{uuid4().hex[:8]}"


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def pointers(answer: httpx.Response) -> list[str]:
    return [place["pointer"] for place in answer.json()["errors"]]


SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "tenant_name": {"type": "string", "x-kind": "party", "x-labels": ["Tenant"]},
        "monthly_rent": {"type": ["string", "number"], "x-kind": "money", "x-labels": ["Monthly rent"]},
    },
    "required": ["tenant_name", "monthly_rent"],
}
TEMPLATES = {
    "classification": "{{process_types}} {{document_text}}",
    "ocr": "{{output_schema}} {{document_text}}",
    "validation": "{{data}} {{document_text}}",
    "summarization": "{{data}} in {{language}}",
}


async def publish_prompts(
    world: World, headers: dict[str, str], process_type_id: str, version: int, *stages: str
) -> None:
    """One prompt for each of these stages, for all of them where none is named."""
    for stage in stages or TEMPLATES:
        body = {
            "process_type_id": process_type_id,
            "version": version,
            "stage": stage,
            "prompt_template": TEMPLATES[stage],
        }
        made = await world.http.post("/v1/prompts", json=body, headers=headers)
        assert made.status_code == 201, made.text
        answer = await world.http.post(f"/v1/prompts/{made.json()['prompt_id']}/publish", headers=headers)
        assert answer.status_code == 200, answer.text


async def draft(world: World, headers: dict[str, str], process_type_id: str, **values: Any) -> dict[str, Any]:
    body = {"process_type_id": process_type_id, "output_schema": SCHEMA, **values}
    answer = await world.http.post("/v1/configurations", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())
