"""Letters: queued in the transaction of what they tell of, taken and forgotten through two SQL functions."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.domain.ids import new_id
from docflow.domain.ports.sealing import Sealing
from docflow.features.mails.kinds import MailKind
from docflow.features.mails.models import MailRow


@dataclass(frozen=True, slots=True)
class TakenMail:
    """One letter in hand. `attempt` is the fence."""

    mail_id: UUID
    client_id: UUID | None
    kind: MailKind
    sealed: bytes
    attempt: int
    failures: int
    created_at: datetime

    def values(self, sealing: Sealing) -> dict[str, str]:
        opened: dict[str, str] = json.loads(sealing.open(self.sealed))
        return opened


def queue_mail(
    session: AsyncSession, sealing: Sealing, kind: MailKind, client_id: UUID | None, values: Mapping[str, str]
) -> None:
    """`session` is bound to the client, or to nobody where `client_id` is None."""
    sealed = sealing.seal(json.dumps(dict(values)).encode())
    session.add(MailRow(mail_id=new_id(), client_id=client_id, kind=kind.value, sealed=sealed))


async def take_mails(session: AsyncSession, limit: int, *, hold_s: float) -> list[TakenMail]:
    """Due letters over all clients; who does not finish them within `hold_s` loses them."""
    rows = await session.execute(
        text("SELECT * FROM take_mails(:limit, :hold_s)"), {"limit": limit, "hold_s": hold_s}
    )
    return [
        TakenMail(
            mail_id=row.mail_id,
            client_id=row.client_id,
            kind=MailKind(row.kind),
            sealed=bytes(row.sealed),
            attempt=row.attempt,
            failures=row.failures,
            created_at=row.created_at,
        )
        for row in rows
    ]


async def finish_mail(
    session: AsyncSession, mail_id: UUID, attempt: int, *, retry_in_s: float | None, counts: bool
) -> bool:
    """Forget the letter, or have it due again in `retry_in_s`. False when it was taken away."""
    done = await session.scalar(
        text("SELECT finish_mail(:mail_id, :attempt, CAST(:retry_in_s AS double precision), :counts)"),
        {"mail_id": mail_id, "attempt": attempt, "retry_in_s": retry_in_s, "counts": counts},
    )
    return bool(done)
