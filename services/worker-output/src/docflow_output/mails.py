"""The lane of letters to people: written when they leave, tried again while the mail server is away."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog
from docflow.db.database import Database
from docflow.domain.errors import DocflowError, TransientError
from docflow.domain.notifying import Language
from docflow.domain.ports.clock import Clock
from docflow.domain.ports.mail import Letter, Mail
from docflow.domain.ports.sealing import Sealing
from docflow.features.mails.kinds import MailKind
from docflow.features.mails.letters import write_letter
from docflow.features.mails.repository import TakenMail, finish_mail, take_mails
from docflow.features.users.letter_language import letter_language
from docflow.features.users.recovery import issue_reset, issue_verification

from docflow_output.schedule import next_try_s

log = structlog.get_logger(__name__)

DELAYS_S = (5, 30, 120, 600, 1800, 3600, 4 * 3600, 12 * 3600)
"""Before each further try: soon for a server that restarts, then over a day."""
GIVE_UP_S: Mapping[MailKind, float] = {MailKind.PASSWORD_RESET: 3600.0}
"""A letter that was asked for so long ago is not wanted any more."""
HOLD_S = 120.0
"""Longer than a try takes; then a letter whose sender died is due again."""


@dataclass(frozen=True, slots=True)
class MailOutcome:
    """`state`: sent, dropped (nobody to send it to), failed or pending (again in `retry_in_s`)."""

    mail_id: UUID
    attempt: int
    state: str
    retry_in_s: float | None = None
    counts: bool = False


class MailLane:
    name = "mails"

    def __init__(
        self,
        database: Database,
        mail: Mail,
        sealing: Sealing,
        clock: Clock,
        *,
        portal_url: str,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._mail = mail
        self._sealing = sealing
        self._clock = clock
        self._portal_url = portal_url
        self._chance = chance

    async def claim(self, worker_id: UUID, limit: int) -> Sequence[TakenMail]:
        """Held by time, not by worker: what a lost commit took comes back by itself."""
        async with self._database.nobody() as session:
            return await take_mails(session, limit, hold_s=HOLD_S)

    async def carry_out(self, work: TakenMail) -> MailOutcome:
        try:
            letter = await self._letter(work)
            if letter is None:
                return self._ended(work, "dropped")
            await self._mail.send(letter)
        except TransientError as error:
            return self._again(work, error.code, at_least_s=error.after_s)
        except DocflowError as error:
            return self._given_up(work, error.code)
        return self._ended(work, "sent")

    def put_back(self, work: TakenMail) -> MailOutcome:
        return MailOutcome(work.mail_id, work.attempt, "pending", retry_in_s=0.0)

    def broke(self, work: TakenMail) -> MailOutcome:
        return self._again(work, "internal_error")

    async def finish(self, worker_id: UUID, outcome: MailOutcome) -> bool:
        async with self._database.nobody() as session:
            return await finish_mail(
                session,
                outcome.mail_id,
                outcome.attempt,
                retry_in_s=outcome.retry_in_s,
                counts=outcome.counts,
            )

    def state_of(self, outcome: MailOutcome) -> str:
        return outcome.state

    async def _letter(self, work: TakenMail) -> Letter | None:
        values = work.values(self._sealing)
        token = await self._token(work, values)
        if token is None:
            return None
        return write_letter(
            work.kind,
            {**values, "token": token},
            portal_url=self._portal_url,
            language=await self._language(work, values),
        )

    async def _language(self, work: TakenMail, values: Mapping[str, str]) -> Language:
        """An invitation says; it is to nobody who could have chosen. Others are in that of their reader."""
        if work.kind is MailKind.INVITATION:
            return Language(values.get("language", Language.EN))
        return await letter_language(self._database, values["email"])

    async def _token(self, work: TakenMail, values: Mapping[str, str]) -> str | None:
        """What the letter's link carries; each try makes a new one and ends the last. None = nobody is to have it."""
        at = self._clock.now()
        match work.kind:
            case MailKind.PASSWORD_RESET:
                return await issue_reset(self._database, values["email"], at=at)
            case MailKind.VERIFICATION:
                assert work.client_id is not None
                user_id = UUID(values["user_id"])
                return await issue_verification(
                    self._database, work.client_id, user_id, values["email"], at=at
                )
            case _:
                return values.get("token", "")

    def _again(self, work: TakenMail, code: str, *, at_least_s: float = 0.0) -> MailOutcome:
        age_s = (self._clock.now() - work.created_at).total_seconds()
        wait_s = next_try_s(work.failures, self._chance, at_least_s=at_least_s, delays_s=DELAYS_S)
        if wait_s is None or age_s > GIVE_UP_S.get(work.kind, float("inf")):
            return self._given_up(work, code)
        return MailOutcome(work.mail_id, work.attempt, "pending", retry_in_s=wait_s, counts=True)

    def _given_up(self, work: TakenMail, code: str) -> MailOutcome:
        """The row goes, so this line is all that is left to tell of the letter."""
        log.error("mail.given_up", kind=work.kind.value, code=code, failures=work.failures)
        return self._ended(work, "failed")

    def _ended(self, work: TakenMail, state: str) -> MailOutcome:
        return MailOutcome(work.mail_id, work.attempt, state)
