"""Thousands of generated requests, as four callers: nothing breaks, nothing answers what the document does not say."""

import asyncio
import json
import re
from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import pytest
from docflow.testing.passwords import quick_passwords
from docflow_api.app import create_app

from tests.security.callers import Headers, administrator
from tests.security.objects import MAKERS
from tests.security.scene import Scene
from tests.security.serving import served

if TYPE_CHECKING:
    from tests.security.fuzzing import Exchange, Findings

pytestmark = [
    pytest.mark.full,
    pytest.mark.timeout(900),
    # The generator's own libraries warn; what our code does is judged by its answers.
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::hypothesis.errors.HypothesisWarning"),
]
MEMBERS = {"type", "title", "status", "detail", "instance", "code", "request_id", "errors"}
INTERNAL = re.compile(
    r"Traceback|psycopg|sqlalchemy|asyncpg|site-packages|\.py\b|SELECT |INSERT |pydantic|0x[0-9a-f]{8}",
    re.IGNORECASE,
)
CASES = 5000
ENDING = ("end_session", "end_other_sessions", "change_password", "change_user", "set_second_factor_rule")
"""A caller that learns its own ids may end itself with these, or shut itself out; they are left to somebody who comes when
no one of the client is needed any more."""


@dataclass(frozen=True, slots=True)
class Effort:
    headers: Headers
    cases: int
    max_time_s: int = 120
    only: Collection[str] = ()
    without: Collection[str] = ENDING
    peer: Headers | None = None


async def test_no_generated_request_gets_an_answer_that_is_not_declared(scene: Scene) -> None:
    # The generator takes longer to load than most modules of tests to run.
    from tests.security.fuzzing import fuzz

    for kind in MAKERS:
        for _ in range(3):
            await scene.own.make(kind)
    people = {caller.name: caller.headers for caller in scene.people}
    leaving = await administrator(scene.world, scene.own.tenancy)
    # The platform's admin comes last: it may suspend the client.
    efforts = {
        "admin": Effort(scene.own.admin, 3500, 600),
        "neighbour": Effort(scene.own.admin, 600, peer=scene.foreign.admin),
        "viewer": Effort(people["viewer"], 300),
        "leaver": Effort(leaving, 120, only=ENDING, without=()),
        "nobody": Effort({}, 250),
        "platform_admin": Effort(people["platform_admin"], 400),
    }
    found: dict[str, Findings] = {}
    async with served(create_app(scene.world.container, quick_passwords())) as address:
        for name, effort in efforts.items():
            found[name] = await asyncio.to_thread(fuzz, address, **asdict(effort))
            if name not in ("leaver", "nobody"):
                assert (await scene.world.http.get("/v1/me", headers=effort.headers)).status_code == 200, name
    for name, one in found.items():
        print(name, len(one.exchanges), dict(sorted(one.statuses().items())))
        print(*one.broken, *(f"{check}: {told}" for check, told in one.refuted.items()), sep="\n")
    assert [name for name, one in found.items() if one.broken or one.refuted] == []
    exchanges = [exchange for one in found.values() for exchange in one.exchanges]
    assert [one for one in exchanges if one.status == 0 or one.status >= 500] == []
    assert [(one, wrong) for one in exchanges if (wrong := _wrong(one))] == []
    assert len(exchanges) >= CASES


def _wrong(one: "Exchange") -> str:
    """What is wrong with a refusal; nothing is with an answer."""
    if one.status < 400:
        return ""
    if one.content_type != "application/problem+json":
        return "no problem"
    problem: dict[str, Any] = json.loads(one.body)
    if set(problem) != MEMBERS or problem["status"] != one.status:
        return "other members"
    told = json.dumps({name: problem[name] for name in ("title", "detail", "code", "errors")})
    return "internal text" if INTERNAL.search(told) else ""
