import pytest
from docflow.db.database import Database
from docflow.testing.factories import Tenancy, add_dead_run
from docflow_api.app import create_app

from tests.integration.api.conftest import KeyFor, World
from tests.integration.api.foreign_objects import Theirs
from tests.integration.api.test_reading import held

Clients = tuple[Tenancy, Tenancy]
PATHS = [
    ("GET", "/v1/processes/{p}"),
    ("DELETE", "/v1/processes/{p}"),
    ("GET", "/v1/processes/{p}/result"),
    ("GET", "/v1/processes/{p}/stages"),
    ("GET", "/v1/processes/{p}/events"),
    ("GET", "/v1/processes/{p}/audit"),
    ("POST", "/v1/processes/{p}/cancel"),
    ("POST", "/v1/processes/{p}/retry"),
    ("GET", "/v1/reviews/{p}"),
    *[("POST", f"/v1/reviews/{{p}}/{act}") for act in ("decision", "claim", "release", "notes")],
    ("PUT", "/v1/reviews/{p}/assignee"),
    ("PATCH", "/v1/reviews/{p}/fields"),
    ("GET", "/v1/documents/{d}"),
    ("GET", "/v1/documents/{d}/file"),
    ("GET", "/v1/documents/{d}/pages/1"),
    ("GET", "/v1/documents/{d}/pages/1/crop"),
    ("GET", "/v1/documents/{d}/words"),
    ("GET", "/v1/process-types/{t}"),
    ("PATCH", "/v1/process-types/{t}"),
    *[(method, f"/v1/{one}") for one in ("prompts/{m}", "configurations/{c}") for method in ("GET", "PATCH")],
    *[("POST", f"/v1/prompts/{{m}}/{act}") for act in ("publish", "retire", "clone")],
    *[("POST", f"/v1/configurations/{{c}}/{act}") for act in ("publish", "retire", "clone", "dry-run")],
    *[("POST", f"/v1/configurations/{{c}}/{act}") for act in ("shadow", "canary", "rollback")],
    ("GET", "/v1/configurations/{c}/comparison"),
    *[
        (method, f"/v1/{one}")
        for one in ("evaluation-sets/{s}", "evaluations/{e}")
        for method in ("GET", "DELETE")
    ],
    *[("GET", f"/v1/{one}/diff") for one in ("prompts/{m}", "configurations/{c}")],
    ("GET", "/v1/users/{u}"),
    ("PATCH", "/v1/users/{u}"),
    ("DELETE", "/v1/invitations/{i}"),
    ("DELETE", "/v1/users/{u}/mfa"),
    ("GET", "/v1/api-keys/{k}"),
    ("PATCH", "/v1/api-keys/{k}"),
    ("DELETE", "/v1/api-keys/{k}"),
    ("DELETE", "/v1/vendor-templates/{v}"),
    ("GET", "/v1/vendors/{w}"),
    ("POST", "/v1/vendors/{w}/verify-bank-details"),
    ("GET", "/v1/configurations/{c}/reliability"),
    ("POST", "/v1/documents/{d}/read-region"),
    ("POST", "/v1/reviews/{p}/split"),
    *[(method, "/v1/notification-channels/{h}") for method in ("GET", "PATCH", "DELETE")],
    ("GET", "/v1/notification-channels/{h}/messages"),
    ("POST", "/v1/notification-channels/{h}/test"),
    *[(method, "/v1/alert-rules/{a}") for method in ("GET", "PUT", "DELETE")],
    *[(method, "/v1/webhook-endpoints/{n}") for method in ("GET", "PATCH", "DELETE")],
    *[("POST", f"/v1/webhook-endpoints/{{n}}/{act}") for act in ("test", "rotate-secret")],
    ("GET", "/v1/webhook-deliveries/{y}"),
    ("POST", "/v1/webhook-deliveries/{y}/redeliver"),
    ("GET", "/v1/processes/{p}/outputs"),
    ("POST", "/v1/output-actions/{o}/retry"),
    *[("POST", f"/v1/dead-runs/{{r}}/{act}") for act in ("replay", "drop")],
]
PERSONAL = {
    ("DELETE", "/v1/auth/sessions/{session_id}"),
    ("POST", "/v1/notifications/{notification_id}/read"),
}
"""A key is refused there whatever the id; tried as another person in test_own_sessions and by the permissions."""
NAMES = {
    "p": "{process_id}", "d": "{document_id}", "t": "{process_type_id}", "c": "{config_id}", "m": "{prompt_id}",
    "u": "{user_id}", "i": "{invitation_id}", "k": "{api_key_id}", "v": "{template_id}",
    "s": "{set_id}", "e": "{evaluation_id}", "w": "{vendor_id}", "h": "{channel_id}", "a": "{rule_id}",
    "n": "{endpoint_id}", "y": "{delivery_id}", "o": "{action_id}", "r": "{run_id}",
}  # fmt: skip
BY_NAME = {("PUT", "/v1/secrets/{name}"), ("DELETE", "/v1/secrets/{name}")}
"""Names are each client's own: the same name is another secret (tried by the permissions)."""
FOR_THE_PLATFORM = {
    ("GET", "/v1/clients/{client_id}"),
    ("PATCH", "/v1/clients/{client_id}"),
    ("PUT", "/v1/platform/alert-rules/{rule_id}"),
    ("DELETE", "/v1/platform/alert-rules/{rule_id}"),
    ("DELETE", "/v1/platform/channels/{channel_id}"),
    ("POST", "/v1/platform/channels/{channel_id}/test"),
}
"""No client's own objects: refused to every client, whatever the id (test_clients.py, test_platform_alerts.py)."""


@pytest.mark.parametrize(("method", "path"), PATHS)
async def test_another_clients_object_is_not_there(
    method: str, path: str, world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, globex = two_clients
    theirs = Theirs(world, database, acme, await key_for(acme))
    ids = await theirs.named_in(path)
    url = path.format(**ids)
    answer = await world.http.request(method, url, headers=await key_for(globex))
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_every_route_with_an_id_is_tried_as_another_client(world: World) -> None:
    routes = create_app(world.container).openapi()["paths"]
    with_id = {(method.upper(), path) for path, item in routes.items() if "{" in path for method in item}
    # Its signed link is the key to one upload, and says the client.
    with_id.remove(("PUT", "/v1/uploads/{upload_id}/content"))
    named = {(method, path.format(**NAMES).replace("/1", "/{number}")) for method, path in PATHS}
    assert {
        (m, p.replace("/v{number}", "/v1")) for m, p in named
    } | FOR_THE_PLATFORM | PERSONAL | BY_NAME == with_id


LISTS = [
    "/v1/processes", "/v1/reviews", "/v1/audit-logs", "/v1/invitations", "/v1/evaluation-sets", "/v1/evaluations",
    "/v1/dead-runs",
]  # fmt: skip


@pytest.mark.parametrize("path", LISTS)
async def test_lists_hold_nothing_of_another_client(
    path: str, world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, globex = two_clients
    await held(database, acme)
    await add_dead_run(database, acme)
    await Theirs(world, database, acme, await key_for(acme)).evaluation()
    answer = await world.http.get(path, headers=await key_for(globex))
    assert answer.json()["data"] == []


async def test_types_of_another_client_are_not_listed(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    acme, globex = two_clients
    answer = await world.http.get("/v1/process-types?limit=100", headers=await key_for(globex))
    ids = [row["process_type_id"] for row in answer.json()["data"]]
    assert globex.process_type_id in ids
    assert acme.process_type_id not in ids


@pytest.mark.parametrize(
    ("method", "path"), [*PATHS, ("GET", "/v1/me"), ("GET", "/v1/events"), *(("GET", p) for p in LISTS)]
)
async def test_without_a_token_there_is_nothing(method: str, path: str, world: World) -> None:
    url = path.format(**dict.fromkeys(NAMES, "0"))
    answer = await world.http.request(method, url)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
