"""S9: whatever a document says to the model, and whatever the model makes of it, no checked field changes unseen."""

from collections import deque
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from docflow.adapters.clock.system import SystemClock
from docflow.adapters.llm.anthropic.vendor import AnthropicVendor
from docflow.domain.exporting import guarded
from docflow.domain.ports.llm import Vendor

from tests.llm_loopback.faults import Fault, Kind, Script
from tests.llm_loopback.server import Loopback
from tests.security.injection.documents import LINES, NAMES, TRUE, WANTED, Attack, attacks, named, pdf
from tests.security.injection.reading import CANARY, connections, read

ATTACKS = list(attacks())
KINDS = {attack.kind: attack.name for attack in reversed(ATTACKS)}
CASES = [
    pytest.param(attack, id=attack.name, marks=() if KINDS[attack.kind] == attack.name else pytest.mark.full)
    for attack in ATTACKS
]
"""One of each kind at every run, all of them in the full one."""
TAKEN_OVER = Fault(
    Kind.TAKEN_OVER, times=10_000, wanted={**WANTED, "note": "{system}", "seller_name": "Evil Ltd"}
)


@pytest.fixture(scope="module")
async def running() -> AsyncIterator[tuple[Loopback, Vendor]]:
    async with Loopback().running() as server:
        vendor = AnthropicVendor("key", SystemClock(), base_url=server.url)
        yield server, vendor
        await vendor.aclose()


@pytest.fixture
def loopback(running: tuple[Loopback, Vendor]) -> Loopback:
    server = running[0]
    server.script, server.requests = Script(), deque()
    return server


@pytest.fixture
def vendor(running: tuple[Loopback, Vendor]) -> Vendor:
    return running[1]


def sent(loopback: Loopback) -> str:
    return "\n".join(str(seen.body) for seen in loopback.requests)


def test_there_are_enough_of_them() -> None:
    assert len(ATTACKS) >= 75
    assert len({attack.kind for attack in ATTACKS}) >= 17


@pytest.mark.parametrize("attack", CASES)
async def test_a_model_that_obeys_changes_nothing_unseen(
    attack: Attack, loopback: Loopback, vendor: Vendor
) -> None:
    loopback.script.add(replace(TAKEN_OVER))
    with connections() as reached:
        result = await read(attack.data, attack.file_name, vendor)
    changed = [name for name, value in TRUE.items() if result.values.get(name) != value]
    assert result.held or not (changed and attack.model_asked), (changed, result.outcome)
    assert reached <= {f"127.0.0.1:{loopback.port}"}
    assert CANARY not in result.kept
    assert bool(loopback.requests) is attack.model_asked
    if attack.told:
        assert "injection_suspected" in result.reasons


@pytest.mark.parametrize("attack", CASES)
async def test_a_model_that_reads_is_not_led_astray(
    attack: Attack, loopback: Loopback, vendor: Vendor
) -> None:
    """Nothing is dropped: a held document brings its values. What is not seen does not reach the model at all."""
    result = await read(
        attack.data, attack.file_name, vendor, enable_fraud_detection=False, confidence_threshold=0.3
    )
    if attack.model_asked:
        assert {name: result.values.get(name) for name in TRUE} == TRUE
    assert result.held is attack.told, result.outcome
    if not attack.told and attack.kind != "contradiction":
        assert WANTED["iban"] not in sent(loopback).replace(" ", "")
    if attack.told:
        assert "injection_suspected" in result.reasons


async def test_an_honest_document_goes_through(vendor: Vendor) -> None:
    result = await read(pdf([LINES]), "invoice.pdf", vendor)
    assert (result.held, {name: result.values[name] for name in TRUE}) == (False, TRUE), result.outcome


@pytest.mark.parametrize("name", NAMES)
async def test_a_name_that_is_code_stays_text(name: str, vendor: Vendor) -> None:
    result = await read(named(name), "invoice.pdf", vendor)
    value = str(result.values["seller_name"])
    assert value == name
    assert guarded(value)[0] not in "=+-@"
