"""What the broker's refusals and the library's errors mean to whoever runs the program."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from aio_pika.exceptions import AMQPError
from aiormq.exceptions import (
    AuthenticationError,
    ChannelAccessRefused,
    ChannelInvalidStateError,
    ChannelNotFoundEntity,
    ChannelPreconditionFailed,
    IncompatibleProtocolError,
    InvalidFrameError,
    ProbableAuthenticationError,
)

MINIMUM_VERSION = (3, 10)
"""The first with dead-lettering at least once; it has streams too."""

BROKEN = (AMQPError, ChannelInvalidStateError, TimeoutError, asyncio.InvalidStateError, OSError, RuntimeError)
"""What a call may raise when its connection or channel is gone; RuntimeError is aio-pika's own "not connected"."""


@contextmanager
def named_losses() -> Iterator[None]:
    """Raises ChannelInvalidStateError for the bare `Exception` with which aiormq rejects some calls that waited on a
    channel when it closed: no `except` can name that one without catching everything.
    """
    try:
        yield
    except Exception as error:
        if type(error) is Exception:
            raise ChannelInvalidStateError("the channel was lost") from error
        raise


@contextmanager
def losses_ignored() -> Iterator[None]:
    """For a last word to a connection that may be gone."""
    with suppress(*BROKEN), named_losses():
        yield


class BrokerTooOld(Exception):
    """The broker's version is below the minimum."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """`misconfigured`: it will not heal by itself, so one line tells it and attempts are few."""

    code: str
    misconfigured: bool
    detail: str


_MISCONFIGURED: tuple[tuple[type[Exception], str], ...] = (
    (BrokerTooOld, "broker_too_old"),
    (ProbableAuthenticationError, "broker_credentials_refused"),
    (AuthenticationError, "broker_credentials_refused"),
    (IncompatibleProtocolError, "broker_protocol"),
    (ChannelAccessRefused, "broker_access_refused"),
    (ChannelPreconditionFailed, "broker_queue_differs"),
    # The library does not read the broker's Connection.Close in the opening handshake; a virtual host that is
    # missing or not permitted is what the broker refuses there.
    (InvalidFrameError, "broker_vhost_refused"),
)


def trouble_of(error: BaseException) -> Trouble:
    for kind, code in _MISCONFIGURED:
        if isinstance(error, kind):
            return Trouble(code, misconfigured=True, detail=str(error))
    if isinstance(error, ChannelNotFoundEntity):
        return Trouble("broker_queue_missing", misconfigured=False, detail=str(error))
    if isinstance(error, TimeoutError):
        return Trouble("broker_timeout", misconfigured=False, detail="no answer in time")
    return Trouble("broker_unreachable", misconfigured=False, detail=f"{type(error).__name__}: {error}")


def heed_cancellation() -> None:
    """Raise CancelledError if the current task was asked to stop.

    The library hands on a cancellation as the error that closed its channel, when both come together, and loses it
    where it comes while a connection or a channel is being opened: whoever goes on after such calls asks here first.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def refuse_old(version: str) -> None:
    """Raises BrokerTooOld for a version below the minimum; one that cannot be read passes."""
    numbers = version.split(".")[:2]
    if all(part.isdigit() for part in numbers) and tuple(map(int, numbers)) < MINIMUM_VERSION:
        needed = ".".join(map(str, MINIMUM_VERSION))
        raise BrokerTooOld(f"RabbitMQ {version} is too old; {needed} or later is needed")
