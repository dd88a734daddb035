"""Thousands of generated requests, as four callers: nothing breaks, nothing answers what the document does not say."""

import asyncio
import json
import re
from typing import Any

import pytest
from docflow_api.app import create_app

from tests.security.callers import Headers
from tests.security.fuzzing import Exchange, Findings, fuzz
from tests.security.objects import MAKERS
from tests.security.scene import Scene
from tests.security.serving import served

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
CASES = 3000
ADMIN = {"cases": 2300, "max_time_s": 600}
OTHERS = {"cases": 250, "max_time_s": 60}


async def test_no_generated_request_gets_an_answer_that_is_not_declared(scene: Scene) -> None:
    for kind in MAKERS:
        for _ in range(3):
            await scene.own.make(kind)
    people = {caller.name: caller.headers for caller in scene.people}
    callers: dict[str, tuple[Headers, dict[str, int]]] = {
        "admin": (scene.own.admin, ADMIN),
        "viewer": (people["viewer"], OTHERS),
        "platform_admin": (people["platform_admin"], OTHERS),
        "nobody": ({}, OTHERS),
    }
    found: dict[str, Findings] = {}
    async with served(create_app(scene.world.container)) as address:
        for name, (headers, effort) in callers.items():
            found[name] = await asyncio.to_thread(fuzz, address, headers, **effort)
    for name, one in found.items():
        print(name, len(one.exchanges), dict(sorted(one.statuses().items())))
        assert "\n".join(one.broken) == "", name
        assert "\n".join(f"{check}: {told}" for check, told in one.refuted.items()) == "", name
    exchanges = [exchange for one in found.values() for exchange in one.exchanges]
    assert [one for one in exchanges if one.status == 0 or one.status >= 500] == []
    assert [(one, wrong) for one in exchanges if (wrong := _wrong(one))] == []
    assert len(exchanges) >= CASES


def _wrong(one: Exchange) -> str:
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
