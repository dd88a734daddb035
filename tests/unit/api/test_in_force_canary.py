from uuid import UUID

import pytest
from docflow.adapters.cache.memory import MemoryCache
from docflow.adapters.clock.system import SystemClock
from docflow.features.configurations.in_force import InForce
from docflow.features.configurations.traffic import Traffic
from docflow.testing.jobs import make_configuration

CLIENT = UUID(int=1)
TYPE = "simple_invoice"


@pytest.fixture
def traffic() -> Traffic:
    first, second = (
        make_configuration(client_id=CLIENT, process_type_id=TYPE, version=version) for version in (3, 4)
    )
    return Traffic(first, second, 25)


async def test_a_canary_and_its_share_are_remembered(traffic: Traffic) -> None:
    in_force = InForce(MemoryCache(SystemClock()))
    await in_force.remember(traffic)
    assert await in_force.get(CLIENT, TYPE) == traffic


async def test_a_canary_this_process_has_not_seen_is_looked_up(traffic: Traffic) -> None:
    cache = MemoryCache(SystemClock())
    here, there = InForce(cache), InForce(cache)
    await here.remember(Traffic(traffic.in_force))
    await there.remember(traffic)
    assert await here.get(CLIENT, TYPE) is None
