"""What the routes of reviews share: whose they are, how they are shown, and who is told of a change."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from docflow.domain.access import Caller
from docflow.features.documents.service import Documents
from docflow.features.processes.gists import gists_of
from docflow.features.processes.repository import ProcessRepository
from docflow.features.reviews.claims import Acting
from docflow.features.reviews.models import Review
from docflow.features.reviews.people import names_of
from docflow.features.reviews.repository import ReviewRepository
from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession

from docflow_api.deps import Gateway, TheCaller, TheGateway
from docflow_api.schemas.processes import process_out
from docflow_api.schemas.reviews import ReviewOut, review_out


async def _own(process_id: UUID, caller: TheCaller, gateway: TheGateway) -> UUID:
    """Another client's id is 404 whatever the body holds, so it is looked up before the body is read."""
    async with gateway.bound(caller) as session:
        await ProcessRepository(session, caller.client).get(process_id)
    return process_id


OwnProcess = Annotated[UUID, Depends(_own)]


def holder_of(caller: Caller) -> UUID:
    """The id that a lease of theirs bears."""
    return caller.user_id or caller.api_key_id or UUID(int=0)


def acting(caller: Caller, gateway: Gateway) -> Acting:
    return Acting(holder_of(caller), caller.name, gateway.now())


async def shown(
    session: AsyncSession, client_id: UUID, rows: Sequence[Review], gateway: Gateway
) -> list[ReviewOut]:
    """With their processes, documents and the names of people: seven queries for a page of any size."""
    ids = [row.process_id for row in rows]
    processes = await ProcessRepository(session, client_id).many(ids)
    documents = await Documents(session, client_id).of(ids)
    gists = await gists_of(session, client_id, list(processes.values()))
    cuts = await ReviewRepository(session, client_id).cuts(ids)
    names = await names_of(
        session, client_id, [one for row in rows for one in (row.assignee, row.claimed_by)]
    )
    return [
        review_out(
            row,
            process_out(processes[row.process_id], documents.get(row.process_id, [])),
            gateway.now(),
            names=names,
            gist=gists[row.process_id],
            cuts=cuts[row.process_id],
        )
        for row in rows
    ]


async def tell_followers(gateway: Gateway, client_id: UUID, process_id: UUID) -> None:
    """After a commit that no worker had a part in: streams show it at once, else at their next look at the table."""
    async with gateway.container.database.client(client_id) as session:
        snapshot = await ProcessRepository(session, client_id).snapshot(process_id)
    if snapshot is not None:
        await gateway.container.live.publish(snapshot)
