"""Three hundred documents through a fleet whose workers are killed and whose servers go away."""

import os
import random
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime

import httpx
import pytest

from tests.e2e.books import Books, prove_once
from tests.e2e.conftest import folder_for_servers
from tests.e2e.documents import QUICK, RECEIPT, XML, Sample, hand_in, samples
from tests.e2e.faults import KILLS, Storm
from tests.e2e.fleet import Fleet
from tests.e2e.history import keep_history, takeovers
from tests.e2e.receiver import Receiver
from tests.e2e.servers import Servers

WARM, REFERENCE, DOCUMENTS = 12, 40, 300
SENDERS = 8
DRAINED_S, DELIVERED_S, TAKEN_OVER_S = 10.0, 30.0, 8.0
CALM_S = 5.0
"""Of uploads before the faults begin."""

_LONGEST_DELIVERY = """
    SELECT extract(epoch FROM max(finished_at - created_at))::float AS seconds FROM webhook_deliveries
"""
_RECOVERED = """
    SELECT coalesce(extract(epoch FROM max(d.finished_at) - '{at}'), 0)::float AS seconds
    FROM processes p JOIN webhook_deliveries d USING (client_id, process_id) WHERE p.created_at < '{at}'
"""


@pytest.fixture
def fleet(receiver: Receiver) -> Iterator[Fleet]:
    with folder_for_servers() as folder:
        servers = Servers(folder, s3=False)
        made = None
        try:
            servers.start()
            servers.prepare()
            made = Fleet(servers, servers.environment(EGRESS__ALLOW=receiver.address, AUTH__SECRET="s" * 43))
            yield made
        finally:
            if made is not None:
                made.close()
            servers.close()


def files(count: int) -> list[str]:
    """Mostly e-invoices; some PDFs with a text layer, few pictures: cheap, because everything shares the machine."""
    return [_file(number) for number in range(count)]


def _file(number: int) -> str:
    if number % 75 == 70:
        return RECEIPT
    return QUICK[number // 5 % len(QUICK)] if number % 5 == 0 else XML


@pytest.mark.full
@pytest.mark.alone
@pytest.mark.timeout(1_200)
def test_killed_workers_and_servers_that_go_away_cost_time_and_nothing_else(
    fleet: Fleet, receiver: Receiver
) -> None:
    books = Books(fleet)
    books.have_results_exported()
    keep_history(books)
    given = samples(files(WARM + REFERENCE + DOCUMENTS))
    storm = Storm(fleet, random.Random(3))
    with fleet.kept_running():
        fleet.until_ready()
        per_second = fault_free_rate(fleet, books, given[: WARM + REFERENCE], receiver.url)
        with ThreadPoolExecutor(1) as beside:
            sending = beside.submit(
                hand_in_slowly, fleet, given[WARM + REFERENCE :], receiver.url, per_second / 2
            )
            time.sleep(CALM_S)
            storm.rage()
            accepted = sending.result()
        began = time.monotonic()
        books.until_nothing_is_open(within_s=90)
        drained_s = time.monotonic() - began
        prove_once(fleet, given, receiver)
    taken_over = takeovers(books, fleet.kills, storm.database_away)
    delivered_s = books.rows(_LONGEST_DELIVERY)[0]["seconds"]
    waited_s = max((each.waited.total_seconds() for each in taken_over), default=0)
    whole_s = max((each.whole.total_seconds() for each in taken_over), default=0)
    losses = max((each.losses for each in taken_over), default=0)
    recovered_s = books.rows(_RECOVERED.format(at=storm.over_at.isoformat()))[0]["seconds"]
    told = (
        f"fault-free {per_second:.1f}/s, load {os.getloadavg()[1]:.1f}; {len(fleet.kills)} kills orphaned {len(taken_over)}, "
        f"one of them up to {losses} times; "
        f"taken over in {waited_s:.1f} s ({whole_s:.1f} s with nobody alive); through {recovered_s:.1f} s after the last "
        f"fault, drained {drained_s:.1f} s after the last upload; longest delivery {delivered_s:.1f} s"
    )
    print(told)
    assert len(fleet.kills) == KILLS
    assert any(begin <= at <= end for at in accepted for begin, end in storm.broker_away), (
        "never without broker"
    )
    assert drained_s <= DRAINED_S, told
    assert delivered_s <= DELIVERED_S, told
    assert waited_s <= TAKEN_OVER_S, told


def fault_free_rate(fleet: Fleet, books: Books, given: Sequence[Sample], callback_url: str) -> float:
    """Documents a second, from the first request to the last delivery, event and audit record."""
    with fleet.http() as http:
        _hand_in_at_once(http, given[:WARM], callback_url)
        books.until_nothing_is_open()
        began = time.monotonic()
        _hand_in_at_once(http, given[WARM:], callback_url)
        books.until_nothing_is_open(within_s=120)
    return (len(given) - WARM) / (time.monotonic() - began)


def _hand_in_at_once(http: httpx.Client, given: Sequence[Sample], callback_url: str) -> None:
    with ThreadPoolExecutor(SENDERS) as senders:
        for answer in senders.map(lambda sample: hand_in(http, sample, callback_url), given):
            answer.raise_for_status()


def hand_in_slowly(
    fleet: Fleet, given: Sequence[Sample], callback_url: str, per_second: float
) -> list[datetime]:
    """When each was accepted. What was refused or had no answer is sent again; the key makes both one submission."""
    accepted = []
    with fleet.http(timeout=15) as http:
        for sample in given:
            # Time that was lost is not made up for: the rate is an upper limit.
            due = time.monotonic() + 1 / per_second
            while not _was_taken(http, sample, callback_url):
                time.sleep(0.5)
            accepted.append(datetime.now(UTC))
            time.sleep(max(0.0, due - time.monotonic()))
    return accepted


def _was_taken(http: httpx.Client, sample: Sample, callback_url: str) -> bool:
    with suppress(httpx.TransportError):
        answer = hand_in(http, sample, callback_url)
        if answer.status_code in (200, 202):
            return True
        assert answer.status_code == 503, answer.text
    return False
