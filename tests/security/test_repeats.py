"""Fifty at once with one key, for every operation that takes an `Idempotency-Key`."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from tests.security.objects import Side
from tests.security.permissions import PERMISSIONS, Needs
from tests.security.scene import Scene
from tests.security.test_permissions import DOCUMENT, ask, given_for

AT_ONCE = 50
OTHER: dict[str, dict[str, Any]] = {
    "create_process": {"external_id": "another"},
    "decide_review": {"reason": "another"},
    "split_process": {"reason": "another"},
    "create_process_type": {"description": "another"},
    "create_prompt": {"max_tokens": 99},
    "clone_prompt": {"version": 99},
    "create_configuration": {"confidence_threshold": 0.99},
    "clone_configuration": {},
    "create_client": {"name": "Another"},
    "create_processes": {"external_id": "another"},
    "create_upload": {"file_size": 99},
    "create_user": {"role": "operator"},
    "create_invitation": {"role": "operator"},
    "create_api_key": {"name": "another"},
    "create_alert_rule": {"name": "another"},
    "create_notification_channel": {"name": "another"},
    "create_platform_alert_rule": {"name": "another"},
    "create_platform_channel": {"name": "another"},
    "create_webhook_endpoint": {"events": ["process.failed"]},
    "add_review_note": {"text": "another"},
    "create_evaluation_set": {"name": "another"},
    "create_evaluation": {"baseline": {"prompt_id": "0193a6a4-1111-7000-8000-000000000000"}},
}
"""For each operation what makes the content another one; nothing where there is no content."""
SHOWN_ONCE = {("key",), ("secret",), ("token",)}
OF_EACH_ITEM = {"create_processes"}
"""The key counts for each item by itself; the answer is about all of them."""
KEYED = sorted(
    operation["operationId"]
    for item in DOCUMENT["paths"].values()
    for operation in item.values()
    if any(parameter["name"].lower() == "idempotency-key" for parameter in operation.get("parameters", ()))
)

pytestmark = pytest.mark.full


def test_every_operation_with_a_key_is_tried() -> None:
    assert sorted(OTHER) == KEYED


@pytest.mark.parametrize("name", sorted(set(KEYED) - OF_EACH_ITEM))
async def test_fifty_at_once_with_one_key_get_one_answer(scene: Scene, name: str) -> None:
    side = side_of(scene, name)
    given = await given_for(PERMISSIONS[name], side.make)
    headers = side.admin | {"Idempotency-Key": uuid4().hex}
    answers = await asyncio.gather(*(ask(scene, name, headers, given) for _ in range(AT_ONCE)))
    assert {answer.status_code for answer in answers} == {PERMISSIONS[name].answers}
    first = [answer.json() for answer in answers if "idempotent-replayed" not in answer.headers]
    replays = [answer.json() for answer in answers if answer.headers.get("idempotent-replayed") == "true"]
    assert (len(first), len(replays)) == (1, AT_ONCE - 1)
    # What is shown once is left out of a replay; nothing else is.
    assert all(replay == {name: first[0][name] for name in replay} for replay in replays)
    assert {tuple(sorted(set(first[0]) - set(replay))) for replay in replays} <= {(), *SHOWN_ONCE}


@pytest.mark.parametrize("name", [name for name in KEYED if OTHER.get(name) and name not in OF_EACH_ITEM])
async def test_a_key_with_other_content_is_refused(scene: Scene, name: str) -> None:
    side = side_of(scene, name)
    headers = side.admin | {"Idempotency-Key": uuid4().hex}
    given = await given_for(PERMISSIONS[name], side.make)
    assert (await ask(scene, name, headers, given)).status_code == PERMISSIONS[name].answers
    other = {**given, "body": {**given["body"], **OTHER[name]}}
    reused = await ask(scene, name, headers, other)
    assert (reused.status_code, reused.json()["code"]) == (422, "idempotency_key_reused")


@pytest.mark.parametrize("name", [n for n in KEYED if PERMISSIONS[n].needs is not Needs.PLATFORM])
async def test_another_client_may_use_the_same_key(scene: Scene, name: str) -> None:
    rule, key, made = PERMISSIONS[name], {"Idempotency-Key": uuid4().hex}, []
    for side in (scene.own, scene.foreign):
        given = await given_for(rule, side.make)
        made.append(await ask(scene, name, side.admin | key, given))
    assert [answer.status_code for answer in made] == [rule.answers] * 2
    assert "idempotent-replayed" not in made[1].headers
    assert made[0].json() != made[1].json()


@pytest.mark.parametrize("name", sorted(OF_EACH_ITEM))
async def test_fifty_batches_with_one_key_make_each_item_once(scene: Scene, name: str) -> None:
    given = await given_for(PERMISSIONS[name], scene.own.make)
    headers = scene.own.admin | {"Idempotency-Key": uuid4().hex}
    answers = await asyncio.gather(*(ask(scene, name, headers, given) for _ in range(AT_ONCE)))
    assert {answer.status_code for answer in answers} == {207}
    assert all(answer.json() == answers[0].json() for answer in answers)
    other = {**given, "body": {**given["body"], **OTHER[name]}}
    (item,) = (await ask(scene, name, headers, other)).json()["data"]
    assert (item["status"], item["error"]["code"]) == (422, "idempotency_key_reused")


def side_of(scene: Scene, name: str) -> Side:
    return scene.platform if PERMISSIONS[name].needs is Needs.PLATFORM else scene.own
