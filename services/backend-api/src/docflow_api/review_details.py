"""Gathers what the screen of one review shows."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from docflow.domain.access import Caller
from docflow.domain.output_schema import OutputShape, shape_of
from docflow.features.configurations.repository import ConfigurationRepository
from docflow.features.processes.gists import gists_of
from docflow.features.reviews.models import Review
from docflow.features.reviews.people import names_of
from docflow.features.reviews.repository import ReviewRepository
from sqlalchemy.ext.asyncio import AsyncSession

from docflow_api.deps import Gateway
from docflow_api.results import LoadedResult, load_result
from docflow_api.schemas.processes import process_out
from docflow_api.schemas.review_details import (
    NoteOut,
    ReviewDetailOut,
    correction_out,
    fields_asked,
    tables_asked,
    without_sureness,
)
from docflow_api.schemas.reviews import review_out

_NOTHING_ASKED = OutputShape((), ())


async def detail_of(
    session: AsyncSession, caller: Caller, process_id: UUID, gateway: Gateway
) -> ReviewDetailOut:
    """Raises NotFound."""
    loaded = await load_result(session, caller.client, process_id)
    reviews = ReviewRepository(session, caller.client)
    row = await reviews.of_process(process_id)
    corrections = await reviews.corrections(row.review_id, process_id)
    writers = [_id_of(note["by"]) for note in row.notes or ()]
    names = await names_of(session, caller.client, [row.assignee, row.claimed_by, *writers])
    shape, threshold = await _asked(session, caller.client, loaded)
    gists = await gists_of(session, caller.client, [loaded.process])
    cuts = await reviews.cuts([process_id])
    listed = review_out(
        row,
        process_out(loaded.process, loaded.documents),
        gateway.now(),
        names=names,
        gist=gists[process_id],
        cuts=cuts[process_id],
    )
    approved_by = [str(one) for one in row.approved_by or ()]
    return ReviewDetailOut(
        **dict(listed),
        threshold=None if row.is_blind_sample else threshold,
        fields_asked=fields_asked(shape),
        tables_asked=tables_asked(shape),
        result=_result(loaded, row),
        findings=_findings(loaded, row),
        notes=[
            NoteOut(**{**note, "by_name": names.get(writer) if writer else None})
            for note, writer in zip(row.notes or (), writers, strict=True)
        ],
        corrections=[correction_out(one, is_sample=row.is_blind_sample) for one in corrections],
        approved_by=approved_by,
        may_approve=row.status == "open" and caller.name not in approved_by,
        decision=row.decision,
        decision_reason=row.decision_reason,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
    )


async def _asked(
    session: AsyncSession, client_id: UUID, loaded: LoadedResult
) -> tuple[OutputShape, float | None]:
    process = loaded.process
    if process.process_type_id is None or process.config_version is None:
        return _NOTHING_ASKED, None
    configurations = ConfigurationRepository(session, client_id)
    config = await configurations.get(process.process_type_id, process.config_version)
    return shape_of(config.output_schema), config.confidence_threshold


def _result(loaded: LoadedResult, row: Review) -> dict[str, Any] | None:
    if loaded.result is None:
        return None
    return without_sureness(loaded.result) if row.is_blind_sample else dict(loaded.result)


def _findings(loaded: LoadedResult, row: Review) -> Sequence[Any]:
    if row.is_blind_sample:
        return []
    found: Sequence[Any] = (loaded.process.validation_result or {}).get("findings") or []
    return found


def _id_of(name: str) -> UUID | None:
    """Of `user:<id>`; None for a name of another form."""
    try:
        return UUID(name.partition(":")[2])
    except ValueError:
        return None
