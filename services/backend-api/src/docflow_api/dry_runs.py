"""Trying a configuration on a stored document: read again from its stored words, checked, judged, nothing kept."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from docflow.domain.configuration import Configuration
from docflow.domain.errors import TransientError
from docflow.domain.json_types import JsonObject
from docflow.domain.judging import Judged
from docflow.domain.read_documents import overall
from docflow.domain.results import build_result
from docflow.domain.stages import ProcessStatus
from docflow.features.calibration.store import Calibrations
from docflow.runtime.checks import Checks
from docflow.runtime.container import Container
from docflow.runtime.rereading import Reread, Rereader, Stored, stored_document

WHOLE_TIMEOUT_S = 50.0
"""Under the 60 s that proxies wait for an answer."""


@dataclass(frozen=True, slots=True)
class DryRun:
    """What a process of this one document would come to. `read_again` is False for what a structured invoice stated."""

    status: ProcessStatus
    reasons: tuple[JsonObject, ...]
    overall_confidence: float
    fraud_flags: Sequence[JsonObject]
    read_again: bool
    result: JsonObject


async def stored(container: Container, client_id: UUID, document_id: UUID) -> Stored:
    """Raises NotFound, also for another client's document, and Conflict for one that was not read."""
    async with container.database.client(client_id) as session:
        return await stored_document(session, client_id, document_id)


class DryRuns:
    def __init__(self, container: Container, checks: Checks) -> None:
        self._rereader = Rereader(
            container.blobs,
            container.workbench,
            container.provider,
            checks,
            calibrations=Calibrations(container.database),
        )

    async def run(self, config: Configuration, given: Stored) -> DryRun:
        """Writes nothing. Raises TransientError where it takes too long, and what the reading raises."""
        try:
            async with asyncio.timeout(WHOLE_TIMEOUT_S):
                return _dry_run(config, await self._rereader.read(config, given))
        except TimeoutError as error:
            raise TransientError("the dry run took too long", code="timeout", after_s=10) from error


def _dry_run(config: Configuration, read: Reread) -> DryRun:
    return DryRun(
        status=_status(read.told, config),
        reasons=tuple(reason.as_json() for reason in read.told.reasons),
        overall_confidence=overall(config.output_schema, read.extraction["fields"]),
        fraud_flags=read.fraud_flags,
        read_again=read.by is not None,
        result=build_result(
            extraction_result=read.told.changes["extraction_result"],
            validation_result=read.told.changes["validation_result"],
            classification_result=None,
            output_schema=config.output_schema,
        ),
    )


def _status(told: Judged, config: Configuration) -> ProcessStatus:
    if not told.reasons:
        return ProcessStatus.COMPLETED
    return ProcessStatus.HITL_REVIEW if config.enable_hitl else ProcessStatus.FAILED
