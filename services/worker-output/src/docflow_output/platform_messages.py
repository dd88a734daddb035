"""The lane of the platform's alerts: each to the channels of those who run it, with tries of its own."""

import random
from collections.abc import Callable, Sequence
from html import escape
from uuid import UUID

from docflow.db.database import Database
from docflow.domain.ports.chat import Chat
from docflow.domain.ports.mail import Letter, Mail
from docflow.domain.ports.sealing import Sealing
from docflow.features.notification_channels.models import ChannelKind
from docflow.features.platform_alerts.channels import PlatformWork, finish, take

from docflow_output.message_outcomes import HOLD_S, MessageOutcome, again, not_begun, outcome_of


class PlatformLane:
    name = "platform_alerts"

    def __init__(
        self,
        database: Database,
        chat: Chat,
        mail: Mail,
        sealing: Sealing,
        *,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._chat = chat
        self._mail = mail
        self._sealing = sealing
        self._chance = chance

    async def claim(self, worker_id: UUID, limit: int) -> Sequence[PlatformWork]:
        """Held by time, not by worker: what a lost commit took comes back by itself."""
        async with self._database.nobody() as session:
            return await take(session, limit, hold_s=HOLD_S)

    async def carry_out(self, work: PlatformWork) -> MessageOutcome:
        return await outcome_of(work, self._send(work), self._chance)

    def put_back(self, work: PlatformWork) -> MessageOutcome:
        return not_begun(work)

    def broke(self, work: PlatformWork) -> MessageOutcome:
        return again(work, "internal_error", self._chance)

    async def finish(self, worker_id: UUID, outcome: MessageOutcome) -> bool:
        async with self._database.nobody() as session:
            return await finish(
                session,
                outcome.message_id,
                outcome.attempt,
                outcome.state,
                retry_in_s=outcome.retry_in_s,
                counts=outcome.counts,
                error_code=outcome.error_code,
            )

    def state_of(self, outcome: MessageOutcome) -> str:
        return outcome.state

    async def _send(self, work: PlatformWork) -> None:
        target = self._sealing.open(work.target_sealed).decode()
        if work.kind is ChannelKind.EMAIL:
            html = f"<p>{escape(work.told)}</p>"
            await self._mail.send(Letter(to=target, subject=work.title, text=f"{work.told}\n", html=html))
        else:
            await self._chat.send(target, work.title, work.told)
