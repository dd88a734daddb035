"""Hints for as long as work is taken."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import structlog

from docflow.domain.ports.transport import Hint, Transport
from docflow.domain.stages import Stage
from docflow.runtime.failures import told_of

log = structlog.get_logger(__name__)

_AGAIN_S = 1.0


async def heard(
    transport: Transport, stages: Sequence[Stage], *, again_s: float = _AGAIN_S
) -> AsyncIterator[Hint]:
    """The transport's hints until it is closed. An error in it is told, and they are asked for again after `again_s`.

    Without this one error would end them for good and unseen: polling goes on, and every run is late by a poll.
    """
    while True:
        try:
            async for hint in transport.hints(stages):
                yield hint
        except Exception as error:
            log.error("transport.hints_failed", **told_of(error))
        else:
            return
        await asyncio.sleep(again_s)
