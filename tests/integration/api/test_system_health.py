"""How the installation fares, as its admins see it."""

from docflow.db.database import Database
from docflow.domain.access import Scope
from docflow.runtime.system_health import system_health
from docflow.testing.database import DatabaseUrls
from docflow.testing.factories import Tenancy
from docflow.testing.transport import MemoryTransport
from docflow_api.app import VERSION

from tests.integration.api.conftest import KeyFor, World
from tests.integration.api.tenants import code, platform
from tests.integration.engine.submitting import submit

Clients = tuple[Tenancy, Tenancy]
__all__ = ["platform"]


async def test_an_admin_sees_parts_workers_waits_and_timed_work(
    world: World, two_clients: Clients, key_for: KeyFor, database: Database
) -> None:
    await submit(database, two_clients[0])
    answer = await world.http.get("/v1/system-health", headers=await key_for(two_clients[0]))
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert (found["checks"]["database"], found["version"]) == ("ok", VERSION)
    assert [each["stage"] for each in found["stages"]] == [
        "INGEST", "INTELLIGENT_OCR", "INTELLIGENT_PROCESS", "OUTPUT",
    ]  # fmt: skip
    assert found["stages"][0]["due_s"] > 0
    assert {each["service"] for each in found["services"]} == {
        "worker-ocr", "worker-processor", "worker-output",
    }  # fmt: skip
    assert {each["lane"] for each in found["outgoing"]} == {"deliveries", "actions", "events", "audit"}


async def test_a_platform_admin_sees_it_too_and_others_do_not(
    world: World, two_clients: Clients, key_for: KeyFor, platform: dict[str, str]
) -> None:
    assert (await world.http.get("/v1/system-health", headers=platform)).status_code == 200
    key = await key_for(two_clients[0], *(set(Scope) - {Scope.ADMIN}))
    assert code(await world.http.get("/v1/system-health", headers=key)) == (403, "forbidden")


async def test_without_a_database_the_rest_is_still_told(database_urls: DatabaseUrls) -> None:
    away = Database("postgresql+psycopg://nobody@127.0.0.1:1/nothing", connect_timeout_s=1)
    found = await system_health(away, MemoryTransport(), None)
    assert (found.readiness.checks["database"], found.readiness.status) == ("unavailable", "unavailable")
    assert (found.stages, found.workers, found.jobs) == ([], {}, [])
