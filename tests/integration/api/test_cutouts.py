"""A box on a page, as a picture."""

import pytest
from docflow.db.database import Database
from docflow.domain.access import Scope
from docflow.testing.factories import Tenancy

from tests.integration.api.conftest import KeyFor, World
from tests.integration.api.test_regions import stored
from tests.unit.reading.made_stacks import INVOICE, stack_pdf

Clients = tuple[Tenancy, Tenancy]


async def crop_url(world: World, database: Database, tenancy: Tenancy) -> str:
    read_region = await stored(world, database, tenancy, stack_pdf(INVOICE), layer=True)
    return read_region.removesuffix("/read-region") + "/pages/1/crop"


async def test_a_box_of_a_page_is_a_private_picture_that_no_browser_runs(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    url = await crop_url(world, database, acme)
    answer = await world.http.get(f"{url}?box=0.05,0.115,0.6,0.145", headers=await key_for(acme))
    whole = await world.http.get(url.removesuffix("/crop"), headers=await key_for(acme))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert answer.content.startswith(b"\x89PNG")
    assert answer.content != whole.content
    for name in ("cache-control", "content-security-policy"):
        assert answer.headers[name] == whole.headers[name]


@pytest.mark.parametrize(
    "box", ["", "1", "a,b,c,d", "0.1,0.1,0.2", "0.2,0.1,0.1,0.2", "0,0,2,1", "nan,0,1,1"]
)
async def test_a_box_that_is_none_is_422_with_a_pointer_and_404_on_a_foreign_page(
    box: str, world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, globex = two_clients
    url = f"{await crop_url(world, database, acme)}?box={box}"
    answer = await world.http.get(url, headers=await key_for(acme))
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/query/box")
    foreign = await world.http.get(url, headers=await key_for(globex))
    assert (foreign.status_code, foreign.json()["code"]) == (404, "not_found")


async def test_a_page_that_is_not_there_is_404_and_pictures_need_the_scope_of_results(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    acme, _ = two_clients
    url = f"{await crop_url(world, database, acme)}?box=0.1,0.1,0.2,0.2"
    missing = await world.http.get(url.replace("/pages/1/", "/pages/9/"), headers=await key_for(acme))
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
    refused = await world.http.get(url, headers=await key_for(acme, Scope.PROCESSES_READ))
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
