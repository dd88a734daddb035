from typing import Annotated
from uuid import UUID

from docflow.domain.access import Scope
from docflow.features.calibration.labels import labels_of
from docflow.features.calibration.reliability import MOST_REVIEWS, reliability_of
from docflow.features.configurations.drafts import ConfigurationDrafts
from fastapi import APIRouter, Query

from docflow_api.deps import TheCaller, TheGateway, needs
from docflow_api.schemas.problem import problems
from docflow_api.schemas.reliability import (
    ConfigurationReliabilityOut,
    field_reliability_out,
    reliability_out,
)

router = APIRouter(
    prefix="/v1/configurations",
    tags=["configurations"],
    dependencies=[needs(Scope.CONFIG_WRITE)],
)
COMPUTE_TIMEOUT_S = 20.0


@router.get(
    "/{config_id}/reliability", operation_id="get_configuration_reliability", responses=problems(404, 422)
)
async def get_configuration_reliability(
    config_id: UUID,
    caller: TheCaller,
    gateway: TheGateway,
    target: Annotated[
        float | None,
        Query(ge=0.5, le=0.999, description="Share of right values among the accepted, such as 0.98"),
    ] = None,
) -> ConfigurationReliabilityOut:
    """How far confidences can be relied on, from what the client's reviewers kept and changed in the newest reviews.

    With `target` also the threshold that the labels support for it, or that they are not enough.
    """
    async with gateway.bound(caller) as session:
        row = await ConfigurationDrafts(session, caller, gateway.known).get(config_id)
        threshold = float(row.confidence_threshold)
        shown = {"config_id": config_id, "process_type_id": row.process_type_id, "version": row.version}
        labels = await labels_of(
            session,
            caller.client,
            process_type_id=row.process_type_id,
            config_version=row.version,
            most=MOST_REVIEWS,
        )
    overall, fields = await gateway.container.workbench.run(
        reliability_of, labels, threshold, target, timeout_s=COMPUTE_TIMEOUT_S
    )
    return ConfigurationReliabilityOut(
        **shown,
        threshold=threshold,
        target=target,
        overall=reliability_out(overall) if overall else None,
        fields=[field_reliability_out(one) for one in fields],
    )
