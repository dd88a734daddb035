from dataclasses import replace
from uuid import UUID

import pytest
from docflow.adapters.cache.memory import MemoryCache
from docflow.adapters.clock.system import SystemClock
from docflow.domain.configuration import Configuration
from docflow.features.configurations.in_force import InForce
from docflow.features.configurations.traffic import Traffic
from docflow.testing.jobs import make_configuration


@pytest.fixture
def cache() -> MemoryCache:
    return MemoryCache(SystemClock())


@pytest.fixture
def known() -> Configuration:
    return make_configuration(client_id=UUID(int=1), process_type_id="simple_invoice", version=3)


async def test_what_is_remembered_is_given_without_a_look_up(
    cache: MemoryCache, known: Configuration
) -> None:
    in_force = InForce(cache)
    await in_force.remember(Traffic(known))
    assert await in_force.get(known.client_id, known.process_type_id) == Traffic(known)


async def test_another_clients_pointer_is_its_own(cache: MemoryCache, known: Configuration) -> None:
    in_force = InForce(cache)
    await in_force.remember(Traffic(known))
    assert await in_force.get(UUID(int=2), known.process_type_id) is None


async def test_what_is_forgotten_in_one_process_is_looked_up_in_the_other(
    cache: MemoryCache, known: Configuration
) -> None:
    here, there = InForce(cache), InForce(cache)
    await here.remember(Traffic(known))
    await there.forget(known.client_id, known.process_type_id)
    assert await here.get(known.client_id, known.process_type_id) is None


async def test_a_version_that_another_process_put_in_force_is_looked_up(
    cache: MemoryCache, known: Configuration
) -> None:
    here, there = InForce(cache), InForce(cache)
    await here.remember(Traffic(known))
    await there.remember(Traffic(replace(known, version=4)))
    assert await here.get(known.client_id, known.process_type_id) is None
