from uuid import UUID

from fastapi import APIRouter, Response

from docflow_api.deps import TheCaller, TheGateway, needs_person
from docflow_api.devices import device_of
from docflow_api.schemas.page import Page
from docflow_api.schemas.problem import problems
from docflow_api.schemas.sessions import SessionOut

router = APIRouter(prefix="/v1/auth/sessions", tags=["auth"], dependencies=[needs_person])


@router.get("", operation_id="list_sessions", responses=problems())
async def list_sessions(caller: TheCaller, gateway: TheGateway) -> Page[SessionOut]:
    """Where the caller is signed in, the last used first; at most a hundred."""
    found = [
        SessionOut(
            session_id=one.session_id,
            device=device_of(one.user_agent),
            user_agent=one.user_agent,
            address=one.address,
            created_at=one.created_at,
            last_used_at=one.last_used_at,
            current=one.is_current,
        )
        for one in await gateway.sessions.of(caller, at=gateway.now())
    ]
    return Page(data=found, has_more=False, next_cursor=None, next=None)


@router.delete("", operation_id="end_other_sessions", status_code=204, responses=problems())
async def end_other_sessions(caller: TheCaller, gateway: TheGateway) -> Response:
    """Sign out everywhere but here. Safe to repeat."""
    await gateway.sessions.end_others(caller, at=gateway.now())
    return Response(status_code=204)


@router.delete("/{session_id}", operation_id="end_session", status_code=204, responses=problems(404))
async def end_session(session_id: UUID, caller: TheCaller, gateway: TheGateway) -> Response:
    """Sign out there; its access tokens are refused from the next request."""
    await gateway.sessions.end(caller, session_id, at=gateway.now())
    return Response(status_code=204)
