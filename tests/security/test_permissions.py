"""Every operation, by every caller, on own and foreign objects. What is expected stands in `permissions.py`."""

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import httpx
import pytest
from docflow.db.database import Database
from docflow.domain.access import Scope
from docflow.features.models import METADATA
from docflow_api.app import create_app
from fastapi.routing import iter_route_contexts
from sqlalchemy import text

from tests.integration.api.conftest import make_container
from tests.security.callers import Headers, Proven
from tests.security.objects import NOTE, VALUES, Side, unknown
from tests.security.permissions import OUTSIDE_THE_DOCUMENT, PERMISSIONS, Needs, Of, Rule
from tests.security.scene import Scene
from tests.security.selves import SELVES

Place = tuple[str | int, ...]
DOCUMENT = json.loads((Path(__file__).parents[2] / "docs/api/openapi.json").read_text(encoding="utf-8"))
ROUTES = {
    operation["operationId"]: (method.upper(), path)
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
}


def _varied(values: Any, at: Place = ()) -> Iterator[Place]:
    """Where an object stands that another client may have, too."""
    match values:
        case Of(kind) if kind not in VALUES:
            yield at
        case Mapping():
            for name, value in values.items():
                yield from _varied(value, (*at, name))
        case list():
            for index, value in enumerate(values):
                yield from _varied(value, (*at, index))


def _at(values: Any, at: Place) -> Any:
    for step in at:
        values = values[step]
    return values


GUARDED = [name for name, rule in PERMISSIONS.items() if rule.needs is not Needs.NOTHING]
FOREIGN = [
    (name, place)
    for name in GUARDED
    for place in ("path", "query", "body")
    if list(_varied(getattr(PERMISSIONS[name], place)))
]
BROKEN: dict[str, dict[str, Any]] = {
    "no JSON": {"content": b"{", "headers": {"Content-Type": "application/json"}},
    "another type": {"content": b"x", "headers": {"Content-Type": "text/plain"}},
    "a list": {"json": []},
    "unknown members": {"json": {"no_such_member": True}},
    "a version of nothing": {"json": {"no_such_member": True}, "headers": {"If-Match": '"x"'}},
}


def _breaking(name: str) -> list[dict[str, Any]]:
    """Bodies that no operation takes; only for those that read one."""
    if PERMISSIONS[name].body is None or PERMISSIONS[name].lines:
        return []
    return list(BROKEN.values())


def operation(name: str) -> str:
    """The table's `operation/way` without the way."""
    return name.partition("/")[0]


def test_every_operation_has_its_line_in_the_table() -> None:
    assert sorted({operation(name) for name in PERMISSIONS}) == sorted(ROUTES)


def test_every_id_of_a_path_has_its_kind_in_the_table() -> None:
    named = {operation(name): set(rule.path) for name, rule in PERMISSIONS.items()}
    assert named == {name: _parameters(path) for name, (_, path) in ROUTES.items()}


def _parameters(path: str) -> set[str]:
    return {step[1:-1] for step in path.split("/") if step.startswith("{")}


async def test_no_other_route_is_served() -> None:
    app = create_app(make_container(Database("postgresql+psycopg://nobody@127.0.0.1:1/nothing")))
    served = {context.path for context in iter_route_contexts(app.routes)}
    assert served == set(DOCUMENT["paths"]) | OUTSIDE_THE_DOCUMENT


def test_the_document_says_of_each_operation_what_it_needs() -> None:
    said = {
        operation["operationId"]: operation["security"]
        for item in DOCUMENT["paths"].values()
        for operation in item.values()
    }
    assert {operation(name): _security(rule) for name, rule in PERMISSIONS.items()} == said
    assert {name: _security(rule) for name, rule in PERMISSIONS.items()} == {
        name: said[operation(name)] for name in PERMISSIONS
    }


def _security(rule: Rule) -> list[dict[str, list[str]]]:
    if rule.needs is Needs.NOTHING:
        return []
    if rule.needs is Needs.PLATFORM:
        return [PLATFORM]
    if rule.needs in (Needs.PERSON, Needs.MEMBER):
        return [{"accessToken": []}]
    scopes = [scope.value for scope in (rule.needs, rule.also) if isinstance(scope, Scope)]
    return [
        {"accessToken": scopes},
        {"apiKey": scopes},
        *([PLATFORM] if rule.platform or rule.everywhere else []),
    ]


PLATFORM = {"accessToken": ["platform_admin"]}
ROWS = text(
    "SELECT md5(string_agg(kept, ' ' ORDER BY kept)) FROM ("
    + " UNION ALL ".join(
        f"SELECT '{table.name} ' || md5(t::text) AS kept FROM {table.name} t WHERE client_id = :client_id"
        for table in METADATA.sorted_tables
        if "client_id" in table.c
    )
    + ") AS rows"
)
Make = Callable[[str], Awaitable[str]]
Given = Mapping[str, Any]


async def given_for(rule: Rule, make: Make) -> Given:
    """The arguments of a call, with every `Of` made."""
    return {place: await _filled(getattr(rule, place), make) for place in ("path", "query", "body", "link")}


async def own_call(scene: Scene, caller: Proven, rule: Rule) -> tuple[Headers, Given]:
    """The caller's headers and a call about what is its own; a fresh person's, where it is about the caller."""
    make = scene.side_of(caller, rule).make
    if not rule.fresh or caller.role is None:
        given, headers = await given_for(rule, make), caller.headers
    else:
        me = await SELVES[rule.fresh](scene, caller.role)
        headers = me.headers

        async def mine(kind: str) -> str:
            return me.mine[kind] if kind in me.mine else await make(kind)

        given = await given_for(rule, mine)
    if caller.platform and rule.platform_body:
        more = await _filled(rule.platform_body, make)
        given = {**given, "body": {**given["body"], **more}}
    return headers, given


async def _filled(value: Any, make: Make) -> Any:
    match value:
        case Of(kind):
            return await make(kind)
        case Mapping():
            return {name: await _filled(one, make) for name, one in value.items()}
        case list():
            return [await _filled(one, make) for one in value]
    return value


async def ask(
    scene: Scene, name: str, headers: Headers, given: Given, instead: Mapping[str, Any] | None = None
) -> httpx.Response:
    """`instead` are arguments of the request that take the place of the body."""
    method, path = ROUTES[operation(name)]
    url = given["link"] or path.format(**given["path"])
    more = dict(_sent(PERMISSIONS[name], given) if instead is None else instead)
    headers = headers | dict(PERMISSIONS[name].headers) | more.pop("headers", {})
    return await scene.world.http.request(method, url, headers=headers, params=given["query"] or None, **more)


def _sent(rule: Rule, given: Given) -> Mapping[str, Any]:
    if given["link"]:
        return {"content": NOTE, "headers": {"Content-Type": "text/plain"}}
    if rule.lines:
        return {
            "content": json.dumps(given["body"]),
            "headers": {"Content-Type": "application/x-ndjson"},
        }
    return {} if given["body"] is None else {"json": given["body"]}


def told(answer: httpx.Response) -> tuple[int, dict[str, Any]]:
    """What a refusal says, without what differs from request to request."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    body = answer.json()
    assert (body["status"], body["request_id"]) == (answer.status_code, answer.headers["x-request-id"])
    return answer.status_code, {k: v for k, v in body.items() if k not in ("instance", "request_id")}


@pytest.mark.full
@pytest.mark.parametrize("name", GUARDED)
async def test_without_proof_there_is_only_401(scene: Scene, name: str) -> None:
    own = await given_for(PERMISSIONS[name], _made_up(scene.own.make))
    answers = {who: told(await ask(scene, name, headers, own)) for who, headers in scene.unproven.items()}
    assert {status for status, _ in answers.values()} == {401}, answers
    broken = [told(await ask(scene, name, {}, own, bad)) for bad in _breaking(name)]
    assert {status for status, _ in broken} <= {401}


@pytest.mark.full
@pytest.mark.parametrize("name", GUARDED)
async def test_without_the_right_there_is_only_403(scene: Scene, name: str) -> None:
    """Whatever is asked: an own, a foreign, an unknown or a malformed id, a broken body."""
    rule = PERMISSIONS[name]
    variants = [
        await given_for(rule, _made_up(make))
        for make in (scene.own.make, scene.foreign.make, _unknown, _malformed)
    ]
    for caller in (one for one in scene.proven(rule) if not one.may(rule)):
        answers = [told(await ask(scene, name, caller.headers, given)) for given in variants]
        answers += [told(await ask(scene, name, caller.headers, variants[1], bad)) for bad in _breaking(name)]
        assert {(status, said["code"]) for status, said in answers} == {(403, "forbidden")}, caller.name
        assert len({said["detail"] for _, said in answers}) == 1, caller.name


# The code is made up: what counts is that it is looked at.
ENROLLING = {"get_mfa": 200, "begin_mfa": 200, "confirm_mfa": 422}


@pytest.mark.full
@pytest.mark.parametrize("name", GUARDED)
async def test_who_must_have_a_second_factor_can_only_set_one_up(scene: Scene, name: str) -> None:
    """Whatever the role, the id and the body."""
    rule = PERMISSIONS[name]
    variants = [
        await given_for(rule, _made_up(make))
        for make in (scene.own.make, scene.foreign.make, _unknown, _malformed)
    ]
    for caller in scene.enrollers:
        if name in ENROLLING:
            answer = await ask(scene, name, caller.headers, variants[0])
            assert answer.status_code == ENROLLING[name], (caller.name, answer.text)
            continue
        answers = [told(await ask(scene, name, caller.headers, given)) for given in variants]
        answers += [told(await ask(scene, name, caller.headers, variants[1], bad)) for bad in _breaking(name)]
        assert {(status, said["code"]) for status, said in answers} == {(403, "second_factor_required")}
        assert len({said["detail"] for _, said in answers}) == 1, caller.name


@pytest.mark.full
@pytest.mark.parametrize("name", PERMISSIONS)
async def test_with_the_right_an_own_object_is_served(scene: Scene, name: str) -> None:
    rule = PERMISSIONS[name]
    for caller in scene.who_may(rule):
        headers, given = await own_call(scene, caller, rule)
        answer = await ask(scene, name, headers, given)
        assert answer.status_code == rule.answers, (caller.name, answer.text)


@pytest.mark.full
@pytest.mark.parametrize(("name", "place"), FOREIGN)
async def test_a_foreign_object_is_like_one_that_does_not_exist(scene: Scene, name: str, place: str) -> None:
    """In a path it is 404 whatever the body holds; anywhere it is answered as if nothing had that id."""
    rule = PERMISSIONS[name]
    for field in _varied(getattr(rule, place)):
        for caller in scene.who_may(rule):
            headers, own = await own_call(scene, caller, rule)
            # What is any client's is within reach of a platform admin who looks after all of them.
            reached = rule.needs is Needs.PLATFORM or (rule.everywhere and caller.platform)
            foreign, absent, malformed = [
                await _with_one(rule, own, place, field, other)
                for other in (
                    _unknown if reached else scene.foreign.make,
                    _unknown,
                    _malformed,
                )
            ]
            before = _rows_of(scene, scene.foreign)
            first, second = [await ask(scene, name, headers, given) for given in (foreign, absent)]
            assert said(first, _at(foreign[place], field)) == said(second, _at(absent[place], field)), (
                caller.name
            )
            assert scene.foreign.tenancy.slug not in said(first, _at(foreign[place], field))
            if place == "path":
                answers = [await ask(scene, name, headers, foreign, bad) for bad in _breaking(name)]
                answers += [await ask(scene, name, headers, malformed, bad) for bad in _breaking(name)]
                answers += [first, await ask(scene, name, headers, malformed)]
                assert {code(answer) for answer in answers} == {(404, "not_found")}, caller.name
            assert _rows_of(scene, scene.foreign) == before


def code(answer: httpx.Response) -> tuple[int, str]:
    status, problem = told(answer)
    return status, problem["code"]


def said(answer: httpx.Response, named: str) -> str:
    """The whole answer, without the id that was asked for."""
    refused = answer.status_code >= 400
    text = json.dumps(told(answer)) if refused else f"{answer.status_code} {answer.text}"
    return text.replace(named, "ID")


@pytest.mark.full
@pytest.mark.parametrize("name", [name for name in PERMISSIONS if _breaking(name)])
async def test_a_broken_body_is_refused_on_an_own_object(scene: Scene, name: str) -> None:
    rule = PERMISSIONS[name]
    caller = scene.who_may(rule)[0]
    headers, given = await own_call(scene, caller, rule)
    statuses = [told(await ask(scene, name, headers, given, bad))[0] for bad in _breaking(name)]
    assert set(statuses) <= {400, 412, 415, 422}
    assert statuses[:2] == [400, 415]


async def _with_one(rule: Rule, own: Given, place: str, at: Place, other: Make) -> Given:
    """Own objects everywhere but in one place."""
    given = deepcopy(dict(own))
    kind = _at(getattr(rule, place), at).kind
    _at(given[place], at[:-1])[at[-1]] = await other(kind)
    return given


def _made_up(make: Make) -> Make:
    """What only the caller itself can know is made up."""

    async def known(kind: str) -> str:
        return unknown(kind) if kind == "code" else await make(kind)

    return known


async def _unknown(kind: str) -> str:
    return unknown(kind)


async def _malformed(kind: str) -> str:
    return "not-an-id"


def _rows_of(scene: Scene, side: Side) -> str:
    """A digest of everything that is kept for a client."""
    found: str = scene.onlooker.execute(ROWS, {"client_id": side.tenancy.client_id}).scalar_one()
    return found
