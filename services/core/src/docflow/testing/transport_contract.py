"""What every transport promises. A test class derives from this one and gives the fixture `network`.

`network` opens any number of transports that hear each other, as processes with one broker do.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID, uuid4

from docflow.domain.messages import Message
from docflow.domain.ports.transport import Transport
from docflow.domain.stages import Stage

Join = Callable[[], Awaitable[Transport]]
T = TypeVar("T")

_SOON_S = 5.0
_NOT_S = 0.15


def event(number: int = 1) -> Message:
    return Message(
        UUID(int=number),
        "process.completed",
        datetime(2026, 11, 20, tzinfo=UTC),
        UUID(int=7),
        UUID(int=8),
        data={"status": "completed", "version": number},
    )


async def soon(awaited: Awaitable[T]) -> T:
    return await asyncio.wait_for(awaited, _SOON_S)


async def comes(awaited: Awaitable[object]) -> bool:
    """Whether anything comes within a short while."""
    try:
        await asyncio.wait_for(awaited, _NOT_S)
    except TimeoutError:
        return False
    return True


async def settled(transport: Transport) -> None:
    """Pass over the hint that a listener gives itself when it begins."""
    async with asyncio.timeout(_SOON_S):
        while not transport.healthy:  # noqa: ASYNC110 - the port has a flag, no event
            await asyncio.sleep(0.01)
    await asyncio.sleep(_NOT_S)


class TransportContract:
    async def test_a_hint_reaches_every_process_that_works_on_the_stage(self, network: Join) -> None:
        sender, one, two = await network(), await network(), await network()
        listening = [each.hints((Stage.OUTPUT,)) for each in (one, two)]
        waiting = [asyncio.ensure_future(anext(hints)) for hints in listening]
        for each in (one, two):
            await settled(each)
        await sender.hint([(Stage.OUTPUT, uuid4())])
        await soon(asyncio.gather(*waiting))

    async def test_a_hint_of_another_stage_wakes_nobody(self, network: Join) -> None:
        sender, listener = await network(), await network()
        hints = listener.hints((Stage.OUTPUT,))
        await settled(listener)
        await comes(anext(hints))
        hints = listener.hints((Stage.OUTPUT,))
        await sender.hint([(Stage.INGEST, uuid4())])
        assert not await comes(anext(hints))

    async def test_a_hint_sent_while_the_listener_works_is_not_lost(self, network: Join) -> None:
        sender, listener = await network(), await network()
        hints = listener.hints((Stage.INGEST,))
        await settled(listener)
        await sender.hint([(Stage.INGEST, uuid4()), (Stage.INGEST, uuid4())])
        await asyncio.sleep(_NOT_S)
        await soon(anext(hints))

    async def test_hinting_nothing_is_allowed(self, network: Join) -> None:
        await (await network()).hint([])

    async def test_an_event_reaches_every_process_as_it_was(self, network: Join) -> None:
        sender, one, two = await network(), await network(), await network()
        streams = [each.events() for each in (one, two)]
        for each in (one, two):
            await settled(each)
        await sender.publish([event()])
        assert [await soon(anext(stream)) for stream in streams] == [event(), event()]

    async def test_many_events_keep_their_order(self, network: Join) -> None:
        sender, listener = await network(), await network()
        stream = listener.events()
        await settled(listener)
        sent = [event(number) for number in range(1, 200)]
        await sender.publish(sent)
        assert [await soon(anext(stream)) for _ in sent] == sent

    async def test_a_closed_transport_closes_again(self, network: Join) -> None:
        transport = await network()
        await transport.aclose()
        await transport.aclose()
