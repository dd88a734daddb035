"""Sets of attacks through the gateway: forged tokens, inner addresses, members that are not the caller's to set."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from docflow.adapters.egress.guarded import GuardedEgress
from docflow.db.database import Database
from docflow.domain.exporting import result_csv
from docflow.features.models import METADATA
from docflow.runtime.settings import AuthSettings
from docflow_api.app import create_app
from pydantic import SecretStr
from sqlalchemy import text

from tests.integration.api.conftest import ADDRESS, make_container
from tests.security.callers import Headers
from tests.security.permissions import PERMISSIONS
from tests.security.scene import Scene
from tests.security.test_permissions import DOCUMENT, Given, ask, own_call
from tests.unit.api import test_tokens
from tests.unit.egress.test_guarded import BAD as BAD_ADDRESSES
from tests.unit.egress.test_guarded import resolve_to_loopback

pytestmark = pytest.mark.full


@dataclass(frozen=True, slots=True)
class Standing:
    """A clock that shows one time."""

    def now(self) -> Any:
        return test_tokens.NOW

    def monotonic(self) -> float:
        return 0.0


async def test_every_forged_token_is_401_with_one_answer(database: Database) -> None:
    container = make_container(database)
    container.clock = Standing()
    auth = AuthSettings(secret=SecretStr(test_tokens.SECRET), hash_concurrency=1)
    container.settings = container.settings.model_copy(update={"auth": auth})
    transport = httpx.ASGITransport(create_app(container))
    told = set()
    async with httpx.AsyncClient(transport=transport, base_url=ADDRESS) as http:
        for token in (token for token in test_tokens.BAD.values() if token):
            answer = await http.get("/v1/me", headers={"Authorization": f"Bearer {token}".encode()})
            assert answer.status_code == 401
            told.add((answer.json()["code"], answer.json()["detail"]))
    assert len(test_tokens.BAD) >= 15
    assert len(told) == 1


BODIES = {
    operation["operationId"]: operation["requestBody"]["content"]["application/json"]["schema"]
    for item in DOCUMENT["paths"].values()
    for operation in item.values()
    if "application/json" in operation.get("requestBody", {}).get("content", {})
}
ADDRESSES = {"url", "callback_url", "source_url"}
"""Members that the platform calls, in whichever body they stand."""


def members(schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    found = dict(schema.get("properties", {}))
    for part in (*schema.get("allOf", ()), *schema.get("anyOf", ()), *schema.get("oneOf", ())):
        found |= members(part)
    return found


CALLED = [
    *((name, member, None) for name, schema in BODIES.items() for member in ADDRESSES & set(members(schema))),
    ("create_process", "documents", "url"),
]


@pytest.mark.parametrize(("name", "member", "inside"), CALLED)
async def test_an_inner_address_is_refused_wherever_one_is_set(
    scene: Scene, name: str, member: str, inside: str | None
) -> None:
    container = scene.world.container
    urls = [address.replace("{port}", "8080") for address in BAD_ADDRESSES if address]
    # What a call is about is made while addresses are still good; a refused one uses nothing up.
    headers, given = await admin_call(scene, name)
    before, container.egress = container.egress, GuardedEgress(resolve=resolve_to_loopback)
    http, scene.world.http = (
        scene.world.http,
        httpx.AsyncClient(transport=httpx.ASGITransport(create_app(container)), base_url=ADDRESS),
    )
    try:
        for url in urls:
            answer = await ask(
                scene,
                name,
                headers,
                {**given, "body": {**given["body"], member: [{inside: url}] if inside else url}},
            )
            assert answer.status_code == 422, (url, answer.text)
            assert answer.json()["code"] in ("egress_refused", "validation_failed")
    finally:
        await scene.world.http.aclose()
        container.egress, scene.world.http = before, http
    assert len(BAD_ADDRESSES) >= 30


MARK = "planted-by-the-caller"
PLANTED: dict[str, Any] = {
    "client_id": "0193a6a4-dead-7000-8000-00000000beef",
    "user_id": "0193a6a4-dead-7000-8000-00000000beef",
    "created_by": MARK,
    "process_id": "0193a6a4-dead-7000-8000-00000000beef",
    "document_id": "0193a6a4-dead-7000-8000-00000000beef",
    "config_version": 987654,
    "version": 987654,
    "status": MARK,
    "state": MARK,
    "current_stage": MARK,
    "role": "platform_admin",
    "scopes": [MARK],
    "is_platform": True,
    "overall_confidence": 0.987654,
    "confidence": 0.987654,
    "cost_usd": "987654",
    "total_tokens_input": 987654,
    "requires_review": False,
    "created_at": "1999-12-31T23:59:59Z",
    "secret": MARK,
    "secret_hash": MARK,
    "password_hash": MARK,
    "blob_key": MARK,
    "storage_url": MARK,
    "parent_process_id": "0193a6a4-dead-7000-8000-00000000beef",
}
TRACES = (MARK, "987654", "0193a6a4-dead", "1999-12-31", "platform_admin")


@pytest.mark.parametrize("name", [name for name in BODIES if PERMISSIONS[name].body is not None])
async def test_a_member_that_is_not_the_callers_is_refused_or_ignored(scene: Scene, name: str) -> None:
    """Nothing of it is answered or kept. A body that refuses them together is asked one by one."""
    own = members(BODIES[name])
    together = {member: value for member, value in PLANTED.items() if member not in own}
    wanted = [together]
    for planted in wanted:
        headers, given = await admin_call(scene, name)
        body = {**given["body"], **planted}
        answer = await ask(scene, name, headers, {**given, "body": body})
        assert answer.status_code in (PERMISSIONS[name].answers, 422), answer.text
        if answer.status_code != 422:
            assert [trace for trace in TRACES if trace in answer.text] == []
        elif planted is together:
            wanted += [{member: value} for member, value in together.items()]
    assert kept(scene) == []


WRONG = {
    "boolean": ("true", "yes", 1, 0, "1", "on"),
    "integer": (True, False, "many", 0.5),
    "number": (True, False, "much"),
}
"""What is not taken for a value of each type."""


def typed(schema: dict[str, Any], at: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """The places of plain values, with their types; an amount may be text or a number."""
    for member, given in members(schema).items():
        types = {part.get("type") for part in (given, *given.get("anyOf", ()))} - {None, "null"}
        for kind in types & set(WRONG) if "string" not in types else ():
            yield (*at, member), kind
        if "$ref" in given and len(at) < 3:
            yield from typed(given, (*at, member))


@pytest.mark.parametrize(
    ("name", "at", "kind"), [(name, *place) for name, schema in BODIES.items() for place in typed(schema)]
)
async def test_one_type_is_not_taken_for_another(
    scene: Scene, name: str, at: tuple[str, ...], kind: str
) -> None:
    for value in WRONG[kind]:
        headers, given = await admin_call(scene, name)
        body = dict(given["body"] or {})
        inner = body
        for step in at[:-1]:
            inner = inner.setdefault(step, {})
        inner[at[-1]] = value
        answer = await ask(scene, name, headers, {**given, "body": body})
        assert answer.status_code == 422, value


async def admin_call(scene: Scene, name: str) -> tuple[Headers, Given]:
    """As the client's administrator, or the platform's where only that one may."""
    rule = PERMISSIONS[name]
    callers = {caller.name: caller for caller in scene.who_may(rule)}
    return await own_call(scene, callers.get("admin") or callers["platform_admin"], rule)


def kept(scene: Scene) -> list[str]:
    """Tables in which a trace of what was planted stands in a row of the client."""
    return [table for table, row in rows(scene) if any(trace in row for trace in TRACES)]


def rows(scene: Scene) -> Iterator[tuple[str, str]]:
    for table in (table for table in METADATA.sorted_tables if "client_id" in table.c):
        found = text(f"SELECT t::text FROM {table.name} t WHERE client_id = :client_id")
        for (row,) in scene.onlooker.execute(found, {"client_id": scene.own.tenancy.client_id}):
            yield table.name, row


FORMULAS = [
    "=1+1", "=HYPERLINK(\"http://x\")", "=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1+1",
    " =1+1", "=1+1\t", "＝1+1", "＋1", "－1+1", "＠SUM(A1)", ";=1+1", "\"=1+1", "=\u200b1", "-2+3+cmd|' /C calc'!A0",
    "+cmd|' /C calc'!A0", "=DDE(\"cmd\";\"/C calc\";\"x\")", "%0A=1+1", "=1+1;=2+2",
]  # fmt: skip


def test_no_formula_reaches_a_table() -> None:
    """The signs that a spreadsheet computes, in their wide forms too, do not lead a cell."""
    assert len(FORMULAS) >= 20
    fields = {f"f{number}": {"value": value} for number, value in enumerate(FORMULAS)}
    exported = csv.reader(io.StringIO(result_csv({"fields": fields}), newline=""))
    assert [cell for row in exported for cell in row if re.match(r"\s*[=+\-@＝＋－＠]", cell)] == []
