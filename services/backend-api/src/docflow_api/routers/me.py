from docflow.features.clients.repository import ClientRepository
from docflow.features.users.repository import UserRepository, find_platform_admin
from fastapi import APIRouter

from docflow_api.deps import TheCaller, TheGateway
from docflow_api.schemas.auth import ClientName, MeOut
from docflow_api.schemas.problem import problems

router = APIRouter(prefix="/v1/me", tags=["auth"])


@router.get("", operation_id="get_me", responses=problems())
async def get_me(caller: TheCaller, gateway: TheGateway) -> MeOut:
    """Who calls, with what rights."""
    email, client = None, None
    if caller.client_id is not None:
        async with gateway.bound(caller) as session:
            row = await ClientRepository(session, caller.client_id).get()
            client = ClientName(name=row.name, slug=row.slug)
            if caller.user_id is not None:
                user = await UserRepository(session, caller.client_id).get(caller.user_id)
                email = user.email if user else None
    elif caller.user_id is not None:
        async with gateway.owned(caller) as session:
            admin = await find_platform_admin(session, caller.user_id)
            email = admin.email if admin else None
    return MeOut(
        user_id=caller.user_id,
        email=email,
        role=caller.role.value if caller.role else None,
        client_id=caller.client_id,
        scopes=sorted(scope.value for scope in caller.scopes),
        client=client,
    )
