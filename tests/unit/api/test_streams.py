"""One stream of snapshots with the outside world in memory."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from docflow.adapters.live.memory import MemoryLive
from docflow.domain.ports.live import Snapshot
from docflow_api.devices import device_of
from docflow_api.slots import StreamSlots, TooManyStreams
from docflow_api.streams import ProcessStream, Told, in_order

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
CLIENT = uuid4()


def snapshot(version: int = 1, process_id: UUID | None = None) -> Snapshot:
    return Snapshot(CLIENT, process_id or uuid4(), "completed", "OUTPUT", version, NOW)


async def nothing(at: datetime) -> AsyncGenerator[Sequence[Snapshot], None]:
    pages: Sequence[Sequence[Snapshot]] = ()
    for page in pages:
        yield page


def asked(answers: list[bool]) -> Callable[[], Awaitable[bool]]:
    async def stands() -> bool:
        return answers.pop(0)

    return stands


async def test_a_stream_ends_when_its_session_does() -> None:
    left = [True, False]
    stream = ProcessStream(
        MemoryLive(), asyncio.Event(), nothing, stands=asked(left), look_s=0.01, watch_s=0.0
    )
    async with asyncio.timeout(5):
        assert [each async for each in stream.follow(CLIENT, NOW)] == []
    assert (stream.is_refused, left) == (True, [])


async def test_a_flood_does_not_keep_an_ended_session_open() -> None:
    live = MemoryLive(queue_size=100_000)
    stream = ProcessStream(live, asyncio.Event(), nothing, stands=asked([False]), look_s=0.02, watch_s=0.02)

    async def flood() -> None:
        while True:
            await live.publish(snapshot())
            await asyncio.sleep(0)

    flooding = asyncio.create_task(flood())
    try:
        async with asyncio.timeout(5):
            async for _ in stream.follow(CLIENT, NOW):
                pass
    finally:
        flooding.cancel()
    assert stream.is_refused


async def test_a_stream_that_stops_with_the_service_was_not_refused() -> None:
    stopping = asyncio.Event()
    stream = ProcessStream(MemoryLive(), stopping, nothing, look_s=0.01)
    stopping.set()
    assert [each async for each in stream.follow(CLIENT, NOW)] == []
    assert not stream.is_refused


def told(seconds: int) -> Told:
    return Told(uuid4(), NOW + timedelta(seconds=seconds), {})


def test_what_comes_behind_the_end_of_a_full_page_waits_for_the_next() -> None:
    changed, late, early = [snapshot(), snapshot()], told(60), told(-60)
    page = in_order(changed, [early, late], 3)
    assert (page.news, page.is_last) == ([early, *changed, late], True)
    page = in_order(changed, [early, late], 2)
    assert (page.news, page.is_last) == ([early, *changed], False)


def test_a_client_has_so_many_slots_and_no_more() -> None:
    slots = StreamSlots(1)
    with slots.take(CLIENT):
        with pytest.raises(TooManyStreams) as refused, slots.take(CLIENT):
            raise AssertionError("no slot was left")
        with slots.take(uuid4()):
            pass
    assert (refused.value.code, refused.value.after_s) == ("rate_limited", 5)
    with slots.take(CLIENT):
        pass


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1", "Safari on iPhone"),
        ("curl/8.1", "curl"),
        ("", None),
        (None, None),
    ],
)  # fmt: skip
def test_a_device_is_named_in_two_words(agent: str | None, device: str | None) -> None:
    assert device_of(agent) == device
