"""What goes over the wire, what stands on the broker, and what its refusals mean."""

import asyncio
import random
from datetime import UTC, datetime
from uuid import UUID

import orjson
import pytest
from aiormq.exceptions import (
    AMQPConnectionError,
    ChannelNotFoundEntity,
    ChannelPreconditionFailed,
    ProbableAuthenticationError,
)
from docflow.adapters.transport.rabbitmq.link import Link
from docflow.adapters.transport.rabbitmq.topology import AUDIT, DEAD, TOPOLOGY, queue_of
from docflow.adapters.transport.rabbitmq.trouble import (
    BrokerTooOld,
    heed_cancellation,
    refuse_old,
    trouble_of,
)
from docflow.adapters.transport.rabbitmq.wire import (
    Unreadable,
    event_parcel,
    hint_parcel,
    read_event,
    read_hint,
)
from docflow.domain.messages import Message
from docflow.domain.stages import Stage

QUEUES = {queue.name: queue for queue in TOPOLOGY.queues}
EVENT = Message(
    UUID(int=1),
    "process.completed",
    datetime(2026, 11, 20, tzinfo=UTC),
    UUID(int=2),
    UUID(int=3),
    data={"version": 4},
)


@pytest.mark.parametrize("stage", Stage)
def test_a_hint_is_read_as_it_was_written(stage: Stage) -> None:
    runs = [UUID(int=1), UUID(int=2)]
    assert read_hint(hint_parcel(stage, runs, UUID(int=9)).body) == tuple((stage, run) for run in runs)


def test_a_hint_with_fields_of_a_later_release_is_read() -> None:
    body = orjson.loads(hint_parcel(Stage.OUTPUT, [UUID(int=1)], UUID(int=9)).body)
    assert read_hint(orjson.dumps({**body, "later": True})) == ((Stage.OUTPUT, UUID(int=1)),)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"7",
        b'"x"',
        b"[1]",
        b"{}",
        b'{"v":1}',
        b'{"v":2,"type":"stage.output","runs":[]}',
        b"\xff",
    ],
)
def test_what_is_no_hint_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        read_hint(body)


def test_an_event_is_read_as_it_was_written() -> None:
    assert read_event(event_parcel(EVENT).body) == EVENT


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"v":1,"message_id":"x"}', b'{"v":9}'])
def test_what_is_no_event_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        read_event(body)


def test_the_reason_of_the_unreadable_quotes_nothing() -> None:
    with pytest.raises(Unreadable) as unreadable:
        read_hint(b'{"v":1,"type":"very secret","runs":[]}')
    assert "secret" not in str(unreadable.value)


@pytest.mark.parametrize(("type_", "mandatory"), [("audit.output", True), ("process.completed", False)])
def test_only_audit_messages_must_find_a_queue(type_: str, mandatory: bool) -> None:
    message = Message(EVENT.message_id, type_, EVENT.occurred_at, EVENT.client_id)
    assert event_parcel(message).mandatory is mandatory


@pytest.mark.parametrize(
    ("stage", "queue"),
    [
        (Stage.INGEST, "docflow.ocr"),
        (Stage.INTELLIGENT_OCR, "docflow.ocr"),
        (Stage.INTELLIGENT_PROCESS, "docflow.processor"),
        (Stage.OUTPUT, "docflow.output"),
    ],
)
def test_each_stage_has_the_queue_of_its_worker(stage: Stage, queue: str) -> None:
    assert queue_of(stage) == queue


@pytest.mark.parametrize("stage", Stage)
def test_hints_are_dead_lettered_at_least_once(stage: Stage) -> None:
    arguments = QUEUES[queue_of(stage)].arguments
    assert arguments["x-dead-letter-exchange"] == DEAD
    assert arguments["x-dead-letter-strategy"] == "at-least-once"
    assert arguments["x-overflow"] == "reject-publish"
    assert arguments["x-queue-type"] == "quorum"
    assert int(arguments["x-delivery-limit"]) > 0


def test_the_audit_stream_is_bounded_in_age_and_size() -> None:
    arguments = QUEUES[AUDIT].arguments
    assert arguments["x-queue-type"] == "stream"
    assert {"x-max-age", "x-max-length-bytes"} <= set(arguments)


def test_the_topology_can_be_printed() -> None:
    assert orjson.loads(orjson.dumps(TOPOLOGY.as_json()))["queues"][0]["name"] == DEAD


@pytest.mark.parametrize("version", ["3.9.29", "3.0.0", "2.8.7"])
def test_an_old_broker_is_refused_with_its_version(version: str) -> None:
    with pytest.raises(BrokerTooOld, match=version):
        refuse_old(version)


@pytest.mark.parametrize("version", ["3.10.8", "3.13.7", "4.2.1", "4.3.0-rc.1", "", "unknown"])
def test_a_new_or_nameless_broker_is_taken(version: str) -> None:
    refuse_old(version)


@pytest.mark.parametrize(
    ("error", "code", "misconfigured"),
    [
        (ProbableAuthenticationError("refused"), "broker_credentials_refused", True),
        (ChannelPreconditionFailed("inequivalent arg"), "broker_queue_differs", True),
        (BrokerTooOld("3.9"), "broker_too_old", True),
        (ChannelNotFoundEntity("down"), "broker_queue_missing", False),
        (AMQPConnectionError(111, "refused"), "broker_unreachable", False),
        (TimeoutError(), "broker_timeout", False),
    ],
)
def test_an_error_has_a_code_that_says_who_can_heal_it(
    error: Exception, code: str, misconfigured: bool
) -> None:
    trouble = trouble_of(error)
    assert (trouble.code, trouble.misconfigured) == (code, misconfigured)


async def test_a_cancellation_handed_on_as_another_error_is_heeded() -> None:
    began = asyncio.Event()

    async def swallows() -> None:
        try:
            began.set()
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            heed_cancellation()

    task = asyncio.create_task(swallows())
    await began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_link_that_never_began_is_not_up_and_closes() -> None:
    link = Link("amqp://guest:guest@127.0.0.1:1/", name="test", rng=random.Random(1))
    assert not link.up
    await link.aclose()
