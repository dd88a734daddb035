from uuid import UUID

from docflow.domain.access import Scope
from docflow.domain.errors import Conflict
from fastapi import APIRouter, Response

from docflow_api.deps import TheCaller, TheGateway, needs
from docflow_api.schemas.problem import problems

router = APIRouter(prefix="/v1/users/{user_id}/mfa", tags=["users"], dependencies=[needs(Scope.ADMIN)])


@router.delete("", operation_id="reset_user_mfa", status_code=204, responses=problems(404, 409))
async def reset_user_mfa(user_id: UUID, caller: TheCaller, gateway: TheGateway) -> Response:
    """For somebody who lost the app and the recovery codes: both are gone, and all their sessions end."""
    if user_id == caller.user_id:
        raise Conflict("your own second factor ends at /v1/me/mfa, with its code")
    await gateway.second_factors.reset(caller, user_id, at=gateway.now())
    return Response(status_code=204)
