"""Runs in the database. The SQL functions decide; this is how Python calls them and reads rows back."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.domain.jobs import DocumentState, FoundFile, ProcessState, Run
from docflow.domain.json_types import JsonObject
from docflow.domain.stages import DocumentStatus, ProcessStatus, Stage
from docflow.domain.transition import Transition, storable
from docflow.features.reviews.samples import open_samples

_PROCESS = """
    process_id, client_id, process_type_id, config_version, status, current_stage, version, external_id,
    metadata, classification_result, extraction_result, validation_result, final_output, overall_confidence,
    callback_url, created_at, parent_process_id, ingestion_source
"""
_RUN = (
    "run_id, client_id, process_id, stage, step, attempt, failures, losses, created_at, traceparent, status"
)


@dataclass(frozen=True, slots=True)
class Finished:
    """A finish that took effect. `version` is the process's afterwards."""

    run_id: UUID
    process_id: UUID
    version: int
    next_run_id: UUID | None


async def claim(session: AsyncSession, worker_id: UUID, stages: Sequence[Stage], limit: int) -> list[Run]:
    """Take up to `limit` due runs, and those of workers given up for dead. Fair between clients."""
    rows = await session.execute(
        text("SELECT * FROM claim_runs(:worker, :stages, :limit)"),
        {"worker": worker_id, "stages": [stage.value for stage in stages], "limit": limit},
    )
    return [_run(row) for row in rows]


async def finish(
    session: AsyncSession, worker_id: UUID, transitions: Sequence[Transition]
) -> dict[UUID, Finished]:
    """Finish runs; the answer holds those that took effect by run. What is missing in it was taken away."""
    rows = await session.execute(
        text("SELECT * FROM finish_runs(:worker, CAST(:transitions AS jsonb))"),
        {"worker": worker_id, "transitions": _dumped(transitions)},
    )
    finished = {
        row.run_id: Finished(row.run_id, row.process_id, row.version, row.next_run_id) for row in rows
    }
    effective = [one for one in transitions if one.run and one.run.run_id in finished]
    await _require_approvals(session, effective)
    await _count_documents(session, effective)
    await open_samples(session, effective)
    return finished


async def _require_approvals(session: AsyncSession, transitions: Sequence[Transition]) -> None:
    asked = [
        {
            "client_id": str(one.client_id),
            "review_id": str(one.review.review_id),
            "approvals": one.review.approvals_required,
        }
        for one in transitions
        if one.review is not None and one.review.approvals_required > 1
    ]
    if asked:
        await session.execute(
            text("SELECT require_approvals(CAST(:asked AS jsonb))"), {"asked": json.dumps(asked)}
        )


async def _count_documents(session: AsyncSession, transitions: Sequence[Transition]) -> None:
    counted = [
        {"client_id": str(one.client_id), "process_id": str(one.process_id), **document}
        for one in transitions
        for document in one.counted
    ]
    if counted:
        given = json.dumps(storable(counted), allow_nan=False)
        await session.execute(text("SELECT count_documents(CAST(:counted AS jsonb))"), {"counted": given})


async def write(session: AsyncSession, transition: Transition) -> int:
    """Carry out one transition with the session's own rights; returns the process's version afterwards.

    The caller holds the process row locked.
    """
    rows = await session.execute(
        text("SELECT version FROM write_transitions(CAST(:transitions AS jsonb))"),
        {"transitions": _dumped([transition])},
    )
    return int(rows.scalar_one())


async def release(session: AsyncSession, worker_id: UUID, runs: Sequence[UUID]) -> int:
    """Give runs back unfinished, ready at once; counts nothing against them."""
    rows = await session.execute(
        text("SELECT release_runs(:worker, :runs)"), {"worker": worker_id, "runs": list(runs)}
    )
    return int(rows.scalar_one())


async def process_state(
    session: AsyncSession, client_id: UUID, process_id: UUID, *, lock: bool = False
) -> ProcessState | None:
    """The process as stored; with `lock` nobody else changes it until the transaction ends."""
    suffix = " FOR NO KEY UPDATE" if lock else ""
    rows = await session.execute(
        text(
            f"SELECT {_PROCESS} FROM processes"  # noqa: S608 - constants
            f" WHERE client_id = :client_id AND process_id = :process_id{suffix}"
        ),
        {"client_id": client_id, "process_id": process_id},
    )
    row = rows.one_or_none()
    return _process(row) if row else None


async def documents_of(session: AsyncSession, client_id: UUID, process_id: UUID) -> tuple[DocumentState, ...]:
    rows = await session.execute(
        text(
            "SELECT document_id, position, file_name, file_size, mime_type, sha256, blob_key, status, text_source,"
            " page_count, ocr_confidence, classification, extracted_data, fraud_score, fraud_flags, error_code"
            " FROM documents WHERE client_id = :client_id AND process_id = :process_id ORDER BY position"
        ),
        {"client_id": client_id, "process_id": process_id},
    )
    return tuple(_document(row) for row in rows)


async def add_documents(
    session: AsyncSession, run: Run, found: Sequence[FoundFile], metadata: JsonObject
) -> tuple[DocumentState, ...]:
    """Files found inside a document, as documents behind those there are; those known stay as they are.

    The caller holds the process's row, so nobody else numbers its documents meanwhile.
    """
    known = await documents_of(session, run.client_id, run.process_id)
    ids = {document.document_id for document in known}
    last = max((document.position for document in known), default=-1)
    new = [file for file in found if file.document_id not in ids]
    if new:
        await session.execute(
            text(
                "INSERT INTO documents (document_id, client_id, process_id, position, storage_url, storage_provider,"
                " blob_key, file_name, file_size, mime_type, sha256) VALUES (:document_id, :client_id, :process_id,"
                " :position, :storage_url, :storage_provider, :blob_key, :file_name, :file_size, :mime_type, :sha256)"
            ),
            [
                {
                    **asdict(file),
                    "client_id": run.client_id,
                    "process_id": run.process_id,
                    "position": position,
                }
                for position, file in enumerate(new, last + 1)
            ],
        )
    await session.execute(
        text(
            "UPDATE processes SET metadata = CAST(:metadata AS jsonb) || metadata"
            " WHERE client_id = :client_id AND process_id = :process_id"
            " AND NOT metadata @> (CAST(:metadata AS jsonb) || metadata)"
        ),
        {
            "metadata": json.dumps(metadata),
            "client_id": run.client_id,
            "process_id": run.process_id,
        },
    )
    by_id = {
        document.document_id: document
        for document in await documents_of(session, run.client_id, run.process_id)
    }
    return tuple(by_id[file.document_id] for file in found)


async def latest_run(session: AsyncSession, client_id: UUID, process_id: UUID) -> tuple[Run, str] | None:
    """The newest run of a process with its status."""
    rows = await session.execute(
        text(
            f"SELECT {_RUN} FROM stage_runs WHERE client_id = :client_id AND process_id = :process_id"  # noqa: S608
            " ORDER BY created_at DESC, run_id DESC LIMIT 1"
        ),
        {"client_id": client_id, "process_id": process_id},
    )
    row = rows.one_or_none()
    return (_run(row), row.status) if row else None


async def steps_of(session: AsyncSession, client_id: UUID, process_id: UUID) -> frozenset[str]:
    """The steps that a process has been at."""
    rows = await session.execute(
        text(
            "SELECT DISTINCT step FROM stage_runs WHERE client_id = :client_id AND process_id = :process_id"
        ),
        {"client_id": client_id, "process_id": process_id},
    )
    return frozenset(rows.scalars())


async def is_ours(session: AsyncSession, run: Run, worker_id: UUID, *, lock: bool = False) -> bool:
    """Whether this attempt is still the worker's; with `lock` it stays so until the transaction ends."""
    suffix = " FOR SHARE" if lock else ""
    rows = await session.execute(
        text(
            "SELECT 1 FROM stage_runs WHERE client_id = :client_id AND run_id = :run_id"  # noqa: S608 - constants
            f" AND attempt = :attempt AND claimed_by = :worker AND status = 'claimed'{suffix}"
        ),
        {
            "client_id": run.client_id,
            "run_id": run.run_id,
            "attempt": run.attempt,
            "worker": worker_id,
        },
    )
    return rows.one_or_none() is not None


def _dumped(transitions: Sequence[Transition]) -> str:
    # A NaN is no JSON; the error here is the handler's, not the database's.
    return json.dumps([transition.as_json() for transition in transitions], allow_nan=False)


def _run(row: Row[Any]) -> Run:
    return Run(
        run_id=row.run_id,
        client_id=row.client_id,
        process_id=row.process_id,
        stage=Stage(row.stage),
        step=row.step,
        attempt=row.attempt,
        failures=row.failures,
        losses=row.losses,
        created_at=row.created_at,
        traceparent=row.traceparent,
    )


def _process(row: Row[Any]) -> ProcessState:
    confidence = row.overall_confidence
    return ProcessState(
        process_id=row.process_id,
        client_id=row.client_id,
        process_type_id=row.process_type_id,
        config_version=row.config_version,
        status=ProcessStatus(row.status),
        current_stage=Stage(row.current_stage),
        version=row.version,
        external_id=row.external_id,
        metadata=row.metadata,
        classification_result=row.classification_result,
        extraction_result=row.extraction_result,
        validation_result=row.validation_result,
        final_output=row.final_output,
        overall_confidence=None if confidence is None else float(confidence),
        callback_url=row.callback_url,
        created_at=row.created_at,
        parent_process_id=row.parent_process_id,
        ingestion_source=row.ingestion_source,
    )


def _document(row: Row[Any]) -> DocumentState:
    return DocumentState(
        document_id=row.document_id,
        position=row.position,
        file_name=row.file_name,
        file_size=row.file_size,
        mime_type=row.mime_type,
        sha256=row.sha256,
        blob_key=row.blob_key,
        status=DocumentStatus(row.status),
        text_source=row.text_source,
        page_count=row.page_count,
        ocr_confidence=None if row.ocr_confidence is None else float(row.ocr_confidence),
        classification=row.classification,
        extracted_data=row.extracted_data,
        fraud_score=None if row.fraud_score is None else float(row.fraud_score),
        fraud_flags=tuple(row.fraud_flags),
        error_code=row.error_code,
    )
