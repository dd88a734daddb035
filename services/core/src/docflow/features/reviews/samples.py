"""Completed processes that a person looks at blind; opened in the transaction that completes them."""

import json
from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.domain.transition import Transition


async def open_samples(session: AsyncSession, transitions: Sequence[Transition]) -> None:
    """Of those that `advance` chose. What a person has seen before is left out."""
    asked = [
        {
            "client_id": str(one.client_id),
            "process_id": str(one.process_id),
            "review_id": str(one.sample.review_id),
            "stage": one.sample.stage.value,
            "share": one.sample.share,
        }
        for one in transitions
        if one.sample is not None
    ]
    if asked:
        await session.execute(
            text("SELECT open_samples(CAST(:asked AS jsonb))"), {"asked": json.dumps(asked)}
        )
