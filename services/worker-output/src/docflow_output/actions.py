"""The lane of output actions: each by its connector, with retries of its own."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import UUID

from docflow.db.database import Database
from docflow.domain.crash_points import crash_point
from docflow.domain.errors import DocflowError, PermanentError, StorageFull, TransientError
from docflow.domain.ports.clock import Clock
from docflow.domain.stages import AuditResult
from docflow.features.audit.messages import delivery_audit
from docflow.features.outputs.repository import (
    ActionOutcome,
    ClaimedAction,
    claim_actions,
    final_output,
    finish_actions,
)

from docflow_output.connectors.connector import Closing, Connector, Effect
from docflow_output.finishing import Finishing
from docflow_output.loop import Unsure
from docflow_output.schedule import next_try_s
from docflow_output.secrets import Secrets

#: Trouble of our own world, which uses up none of an action's retries.
_OURS = frozenset(
    {
        "storage_full",
        "storage_unavailable",
        "database_busy",
        "database_unavailable",
        "database_login_refused",
        "secrets_unavailable",
    }
)


class ActionLane:
    name = "actions"

    def __init__(
        self,
        database: Database,
        connectors: Sequence[Connector],
        clock: Clock,
        chance: Callable[[], float] = random.random,
        *,
        secrets: Secrets,
        per_kind: int = 8,
    ) -> None:
        """At most `per_kind` actions of one kind and client are in hand at once."""
        self._database = database
        self._connectors = {connector.action_type: connector for connector in connectors}
        self._clock = clock
        self._chance = chance
        self._secrets = secrets
        self._per_kind = per_kind
        self._finished = Finishing(database, finish_actions, lambda outcome: outcome.action_id)

    async def aclose(self) -> None:
        """With nothing in hand."""
        for connector in self._connectors.values():
            if isinstance(connector, Closing):
                await connector.aclose()

    async def claim(self, worker_id: UUID, limit: int) -> Sequence[ClaimedAction]:
        claimed: list[ClaimedAction] = []
        try:
            async with self._database.nobody() as session:
                claimed = await claim_actions(session, worker_id, limit, per_kind=self._per_kind)
        except TransientError as error:
            raise Unsure(claimed, error) from error
        if claimed:
            crash_point("action.after_claim")
        return claimed

    async def carry_out(self, work: ClaimedAction) -> ActionOutcome:
        try:
            effect = await self._effect(work)
        except TransientError as error:
            return self._again(work, error, ours=isinstance(error, StorageFull) or error.code in _OURS)
        except DocflowError as error:
            return self._failed(work, error.code, error.message)
        crash_point("action.after_effect")
        return self._completed(work, effect)

    def put_back(self, work: ClaimedAction) -> ActionOutcome:
        return ActionOutcome(work.action_id, work.attempt, "retrying")

    def broke(self, work: ClaimedAction) -> ActionOutcome:
        return self._again(work, TransientError("unforeseen error", code="internal_error"), ours=False)

    async def finish(self, worker_id: UUID, outcome: ActionOutcome) -> bool:
        crash_point("action.before_finish")
        done = await self._finished.add(worker_id, outcome)
        crash_point("action.after_finish")
        return done

    def state_of(self, outcome: ActionOutcome) -> str:
        return outcome.status

    async def _effect(self, work: ClaimedAction) -> Effect:
        connector = self._connectors.get(work.action_type)
        if connector is None:
            raise PermanentError(
                f"actions of type {work.action_type} cannot be carried out", code="action_unsupported"
            )
        async with self._database.client(work.client_id) as session:
            result = await final_output(session, work.client_id, work.process_id)
        if result is None:
            raise PermanentError("the process has no result", code="result_missing")
        config = await self._secrets.filled(work.client_id, work.target_config)
        return await connector.carry_out(replace(work, target_config=config), result)

    def _completed(self, work: ClaimedAction, effect: Effect) -> ActionOutcome:
        record = self._record(work, "action_completed", {**effect.told}, went_well=True)
        return ActionOutcome(
            work.action_id, work.attempt, "completed", result=dict(effect.told), outbox=(record,)
        )

    def _failed(self, work: ClaimedAction, code: str, message: str) -> ActionOutcome:
        record = self._record(work, "action_failed", {"code": code}, went_well=False)
        return ActionOutcome(
            work.action_id,
            work.attempt,
            "failed",
            counts=True,
            result={"code": code},
            error_message=message,
            outbox=(record,),
        )

    def _again(self, work: ClaimedAction, error: TransientError, *, ours: bool) -> ActionOutcome:
        failures = work.retry_count + (not ours)
        wait_s = next_try_s(max(failures, 1), self._chance, at_least_s=error.after_s)
        if not ours and (wait_s is None or failures > work.max_retries):
            return self._failed(work, error.code, error.message)
        return ActionOutcome(
            work.action_id,
            work.attempt,
            "retrying",
            counts=not ours,
            retry_in_s=error.after_s if wait_s is None else wait_s,
            result={"code": error.code},
            error_message=error.message,
        )

    def _record(
        self, work: ClaimedAction, action: str, told: dict[str, object], *, went_well: bool
    ) -> dict[str, object]:
        payload = {"action_id": str(work.action_id), "action_type": work.action_type, **told}
        row = delivery_audit(
            client_id=work.client_id,
            process_id=work.process_id,
            at=self._clock.now(),
            action=action,
            result=AuditResult.SUCCESS if went_well else AuditResult.FAILED,
            payload=payload,
        )
        return dict(row)
