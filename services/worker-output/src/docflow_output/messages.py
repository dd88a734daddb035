"""The lane of notifications: spread to the channels that want them, many in one message, sent with tries of its own."""

import json
import random
from collections.abc import Callable, Sequence
from uuid import UUID

from docflow.db.database import Database
from docflow.domain.errors import PermanentError
from docflow.domain.ports.chat import Chat
from docflow.domain.ports.mail import Mail
from docflow.domain.ports.sealing import Sealing
from docflow.features.notification_channels.keeping import judged
from docflow.features.notification_channels.models import ChannelKind
from docflow.features.notification_channels.repository import (
    TakenMessage,
    finish_message,
    first_notifications,
    spread,
    take_messages,
)
from docflow.features.notification_channels.wording import SHOWN, Wording
from docflow.features.notifications.preferences import language_of

from docflow_output.message_outcomes import HOLD_S, MessageOutcome, again, not_begun, outcome_of
from docflow_output.secrets import Secrets

SPREAD = 2_000


class MessageLane:
    name = "notifications"

    def __init__(
        self,
        database: Database,
        chat: Chat,
        mail: Mail,
        sealing: Sealing,
        *,
        portal_url: str,
        secrets: Secrets | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._chat = chat
        self._mail = mail
        self._sealing = sealing
        self._portal_url = portal_url
        self._secrets = secrets
        self._chance = chance

    async def claim(self, worker_id: UUID, limit: int) -> Sequence[TakenMessage]:
        """Held by time, not by worker: what a lost commit took comes back by itself."""
        async with self._database.nobody() as session:
            await spread(session, SPREAD)
        async with self._database.nobody() as session:
            return await take_messages(session, limit, hold_s=HOLD_S)

    async def carry_out(self, work: TakenMessage) -> MessageOutcome:
        return await outcome_of(work, self._send(work), self._chance, only_once=work.is_test)

    def put_back(self, work: TakenMessage) -> MessageOutcome:
        return not_begun(work)

    def broke(self, work: TakenMessage) -> MessageOutcome:
        return again(work, "internal_error", self._chance, only_once=work.is_test)

    async def finish(self, worker_id: UUID, outcome: MessageOutcome) -> bool:
        async with self._database.nobody() as session:
            return await finish_message(
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

    async def _send(self, work: TakenMessage) -> None:
        if work.channel_state != "active" and not work.is_test:
            raise PermanentError("the channel is off", code="channel_disabled")
        words = await self._words(work)
        if work.kind is ChannelKind.EMAIL:
            await self._mail.send(words.letter(await self._address(work)))
        else:
            await self._chat.send(await self._target(work), words.title, words.text)

    async def _words(self, work: TakenMessage) -> Wording:
        async with self._database.client(work.client_id) as session:
            first = await first_notifications(session, work.client_id, work.notification_ids, SHOWN)
            language = await language_of(session, work.client_id, work.user_id)
        return Wording(
            work.client_name,
            work.counts,
            first,
            portal_url=self._portal_url,
            is_test=work.is_test,
            language=language,
        )

    async def _address(self, work: TakenMessage) -> str:
        """Of a person as it is now; who may not sign in any more is told nothing."""
        if work.user_id is None:
            return await self._target(work)
        if work.email is None:
            raise PermanentError("nobody active has this mailbox", code="mail_refused")
        return work.email

    async def _target(self, work: TakenMessage) -> str:
        """Raises PermanentError `channel_invalid` or `secret_missing`, and as judging a target does."""
        if work.target_sealed is None:
            raise PermanentError("the channel has no target", code="channel_invalid")
        given = self._sealing.open(bytes(work.target_sealed)).decode()
        if not given.startswith("{"):
            return given
        if self._secrets is None:
            raise PermanentError("secrets are not known here", code="secret_missing")
        filled = await self._secrets.filled(work.client_id, {"target": json.loads(given)})
        return (await judged(self._chat, work.kind, str(filled["target"]))).url
