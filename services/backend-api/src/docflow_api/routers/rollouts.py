from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

from docflow.domain.access import Scope
from docflow.domain.configuration import LifecycleState
from docflow.domain.errors import Problem, UserError
from docflow.features.configurations.drafts import ConfigurationDrafts
from docflow.features.configurations.records import records_of
from docflow.features.configurations.rollouts import Rollouts
from docflow.features.evaluations.gate import PublishGate
from fastapi import APIRouter, Depends, Query, Response

from docflow_api.deps import Session, TheCaller, TheGateway, body_of, body_spec, needs
from docflow_api.etags import Seen, etag
from docflow_api.publishing import forget_in_force, refuse_addresses
from docflow_api.schemas.configurations import ConfigurationOut, configuration_out
from docflow_api.schemas.problem import problems
from docflow_api.schemas.rollouts import CanaryIn, RollbackOut, VersionComparisonOut, comparison_out
from docflow_api.schemas.texts import Moment

router = APIRouter(
    prefix="/v1/configurations", tags=["configurations"], dependencies=[needs(Scope.CONFIG_WRITE)]
)
LONGEST = timedelta(days=92)
USUAL = timedelta(days=30)


async def _own(config_id: UUID, caller: TheCaller, gateway: TheGateway) -> UUID:
    """Looked up before the body is read."""
    async with gateway.bound(caller) as session:
        await ConfigurationDrafts(session, caller, gateway.known).own(config_id)
    return config_id


async def _readable(config_id: UUID, caller: TheCaller, gateway: TheGateway) -> UUID:
    async with gateway.bound(caller) as session:
        await ConfigurationDrafts(session, caller, gateway.known).get(config_id)
    return config_id


@router.post(
    "/{config_id}/shadow", operation_id="shadow_configuration", responses=problems(404, 409, 412, 422)
)
async def shadow_configuration(
    *,
    config_id: Annotated[UUID, Depends(_own)],
    seen: Seen,
    response: Response,
    caller: TheCaller,
    gateway: TheGateway,
    session: Session,
) -> ConfigurationOut:
    """From then on it stands still, with its prompts, to be evaluated. No process is decided by it."""
    drafts = ConfigurationDrafts(session, caller, gateway.known)
    row = await Rollouts(session, drafts).shadow(await drafts.own(config_id), seen, gateway.now())
    response.headers.update(etag(row.revision))
    return configuration_out(row)


@router.post(
    "/{config_id}/canary",
    operation_id="canary_configuration",
    responses=problems(400, 404, 409, 412, 413, 415, 422),
    openapi_extra=body_spec(CanaryIn),
)
async def canary_configuration(
    *,
    config_id: Annotated[UUID, Depends(_own)],
    seen: Seen,
    body: Annotated[CanaryIn, Depends(body_of(CanaryIn))],
    response: Response,
    caller: TheCaller,
    gateway: TheGateway,
) -> ConfigurationOut:
    """Let it take a share of new processes, or change its share. The client's gate holds as for publishing."""
    await refuse_addresses(config_id, caller, gateway)
    async with gateway.bound(caller) as session:
        drafts = ConfigurationDrafts(session, caller, gateway.known)
        row = await drafts.own(config_id)
        if row.state != LifecycleState.CANARY:
            (await PublishGate(session, caller.client).of_configuration(row)).enforce()
        row = await Rollouts(session, drafts).canary(row, seen, gateway.now(), body.percent)
    await forget_in_force(gateway, caller, row)
    response.headers.update(etag(row.revision))
    return configuration_out(row)


@router.post(
    "/{config_id}/rollback", operation_id="roll_back_configuration", responses=problems(404, 409, 412)
)
async def roll_back_configuration(
    *,
    config_id: Annotated[UUID, Depends(_own)],
    seen: Seen,
    response: Response,
    caller: TheCaller,
    gateway: TheGateway,
) -> RollbackOut:
    """Retire the version in force, or the canary; the published one before takes new processes again."""
    async with gateway.bound(caller) as session:
        drafts = ConfigurationDrafts(session, caller, gateway.known)
        retired, in_force = await Rollouts(session, drafts).roll_back(
            await drafts.own(config_id), seen, gateway.now()
        )
    await forget_in_force(gateway, caller, retired)
    response.headers.update(etag(retired.revision))
    return RollbackOut(retired=configuration_out(retired), in_force=configuration_out(in_force))


def _bounds(since: datetime | None, until: datetime) -> tuple[datetime, datetime]:
    # Before the first year nothing can be subtracted.
    begin = since or max(until, datetime(1970, 1, 1, tzinfo=UTC)) - USUAL
    if timedelta() < until - begin <= LONGEST:
        return begin, until
    told = f"is before until, by at most {LONGEST.days} days"
    raise UserError("some values are not valid", problems=[Problem("/query/since", told)])


@router.get("/{config_id}/comparison", operation_id="compare_configurations", responses=problems(404, 422))
async def compare_configurations(
    *,
    config_id: Annotated[UUID, Depends(_readable)],
    against: Annotated[UUID, Query()],
    caller: TheCaller,
    gateway: TheGateway,
    session: Session,
    since: Annotated[Moment | None, Query()] = None,
    until: Annotated[Moment | None, Query()] = None,
) -> VersionComparisonOut:
    """What the processes of two versions came to: straight through, corrected, cost and time.

    Of the last 30 days, or of a time of at most 92.
    """
    begin, end = _bounds(since, until or gateway.now())
    drafts = ConfigurationDrafts(session, caller, gateway.known)
    this, other = await drafts.get(config_id), await drafts.get(against)
    if this.process_type_id != other.process_type_id:
        raise UserError(
            "some values are not valid", problems=[Problem("/query/against", "is of another type")]
        )
    records = await records_of(
        session,
        caller.client,
        this.process_type_id,
        [this.version, other.version],
        since=begin,
        until=end,
    )
    return comparison_out((this, records[this.version]), (other, records[other.version]), begin, end)
