"""The lane of the platform's alerts: each to the channels of those who run it, with tries of its own."""

import random
from collections.abc import Callable, Sequence
from html import escape
from uuid import UUID

from docflow.db.database import Database
from docflow.domain.errors import DocflowError, TransientError
from docflow.domain.ports.chat import Chat
from docflow.domain.ports.mail import Letter, Mail
from docflow.domain.ports.sealing import Sealing
from docflow.features.notification_channels.models import ChannelKind
from docflow.features.platform_alerts.channels import PlatformWork, finish, take

from docflow_output.messages import DELAYS_S, HOLD_S, MessageOutcome


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
        target = self._sealing.open(work.target_sealed).decode()
        try:
            if work.kind is ChannelKind.EMAIL:
                html = f"<p>{escape(work.told)}</p>"
                await self._mail.send(Letter(to=target, subject=work.title, text=f"{work.told}\n", html=html))
            else:
                await self._chat.send(target, work.title, work.told)
        except TransientError as error:
            return self._again(work, error.code, at_least_s=error.after_s)
        except DocflowError as error:
            return self._failed(work, error.code)
        return MessageOutcome(work.message_id, work.attempt, "delivered")

    def put_back(self, work: PlatformWork) -> MessageOutcome:
        return MessageOutcome(work.message_id, work.attempt, "pending", retry_in_s=0.0)

    def broke(self, work: PlatformWork) -> MessageOutcome:
        return self._again(work, "internal_error")

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

    def _again(self, work: PlatformWork, code: str, *, at_least_s: float = 0.0) -> MessageOutcome:
        if work.failures >= len(DELAYS_S):
            return self._failed(work, code)
        wait_s = max(DELAYS_S[work.failures], at_least_s) * (1 + 0.1 * self._chance())
        return MessageOutcome(
            work.message_id, work.attempt, "pending", retry_in_s=wait_s, counts=True, error_code=code
        )

    def _failed(self, work: PlatformWork, code: str) -> MessageOutcome:
        return MessageOutcome(work.message_id, work.attempt, "failed", counts=True, error_code=code)
