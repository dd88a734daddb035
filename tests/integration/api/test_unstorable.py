"""What no database keeps, a NUL in a text or a time outside the calendar, is the sender's to put right."""

from typing import Any

import pytest
from docflow.testing.factories import Tenancy

from tests.integration.api.conftest import KeyFor, World
from tests.integration.api.tenants import code

Clients = tuple[Tenancy, Tenancy]
FILE = {"file_name": "a.txt", "base64": "SW52b2ljZSAx"}
ASKED = [
    "/v1/processes?external_id=%00",
    "/v1/processes?created_by=%00",
    "/v1/reviews?q=%00",
    "/v1/reviews?reason=%00",
    "/v1/vendor-templates?process_type_id=%00",
]
SENT: list[tuple[str, dict[str, Any]]] = [
    ("/v1/auth/login", {"email": "a\0b@acme.com", "password": "x"}),
    ("/v1/api-keys", {"name": "a\0b", "scopes": ["admin"]}),
    ("/v1/alert-rules", {"name": "a\0b", "metric": "dead_runs", "threshold": 1}),
    ("/v1/processes", {"process_type_id": "\0", "documents": [FILE]}),
    ("/v1/processes", {"callback_url": "https://hooks.example.com/\0", "documents": [FILE]}),
    ("/v1/api-keys", {"name": "a", "scopes": ["admin"], "expires_at": "9999-12-31T23:59:59-14:00"}),
    ("/v1/api-keys", {"name": "a", "scopes": ["admin"], "expires_at": 4102444800}),
]
FIRST, LAST = "0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00"
REFUSED = (422, "validation_failed")


@pytest.mark.parametrize("path", ASKED)
async def test_a_query_with_a_nul(world: World, two_clients: Clients, key_for: KeyFor, path: str) -> None:
    assert code(await world.http.get(path, headers=await key_for(two_clients[0]))) == REFUSED


@pytest.mark.parametrize(("path", "body"), SENT)
async def test_a_body_with_a_nul_or_an_impossible_time(
    world: World, two_clients: Clients, key_for: KeyFor, path: str, body: dict[str, Any]
) -> None:
    assert code(await world.http.post(path, json=body, headers=await key_for(two_clients[0]))) == REFUSED


@pytest.mark.parametrize("path", ["/v1/usage/tokens", "/v1/usage/processes", "/v1/processes"])
async def test_a_time_whose_offset_leads_out_of_the_calendar(
    world: World, two_clients: Clients, key_for: KeyFor, path: str
) -> None:
    headers, name = await key_for(two_clients[0]), "created_after" if path == "/v1/processes" else "from"
    for text in (FIRST, LAST):
        assert code(await world.http.get(f"{path}?{name}={text}", headers=headers)) == REFUSED


async def test_nothing_is_before_the_first_year(world: World, two_clients: Clients, key_for: KeyFor) -> None:
    headers = await key_for(two_clients[0])
    answer = await world.http.get("/v1/usage/processes?to=0001-01-02T00:00:00Z", headers=headers)
    assert code(answer) == REFUSED


async def test_a_mailbox_with_a_control_character(
    world: World, two_clients: Clients, key_for: KeyFor
) -> None:
    mailbox = {"kind": "email", "name": "a", "target": "a\0p@example.com", "events": ["alert"]}
    headers = await key_for(two_clients[0])
    answer = await world.http.post("/v1/notification-channels", json=mailbox, headers=headers)
    assert code(answer) == (422, "channel_invalid")
