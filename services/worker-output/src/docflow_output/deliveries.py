"""The lane of webhook deliveries: signed, tried again by schedule, each try on record."""

import random
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from docflow.db.database import Database
from docflow.domain.crash_points import crash_point
from docflow.domain.errors import DocflowError, TransientError, UserError
from docflow.domain.json_types import JsonObject
from docflow.domain.ports.clock import Clock
from docflow.domain.ports.egress import HttpAnswer
from docflow.domain.ports.sealing import Sealing
from docflow.domain.stages import AuditResult
from docflow.features.audit.messages import delivery_audit
from docflow.features.webhooks.repository import (
    ClaimedDelivery,
    DeliveryOutcome,
    claim_deliveries,
    finish_deliveries,
)

from docflow_output.connectors.webhook import (
    GONE,
    Letter,
    WebhookSender,
    opened,
    opened_headers,
    retry_after_s,
    valid_secrets,
)
from docflow_output.finishing import Finishing
from docflow_output.loop import Unsure
from docflow_output.schedule import next_try_s


class DeliveryLane:
    name = "deliveries"

    def __init__(
        self,
        database: Database,
        sender: WebhookSender,
        sealing: Sealing,
        clock: Clock,
        chance: Callable[[], float] = random.random,
        *,
        per_host: int = 8,
    ) -> None:
        """At most `per_host` deliveries to one host of a client are in hand at once."""
        self._database = database
        self._sender = sender
        self._sealing = sealing
        self._clock = clock
        self._chance = chance
        self._per_host = per_host
        self._finished = Finishing(database, finish_deliveries, lambda outcome: outcome.delivery_id)

    async def claim(self, worker_id: UUID, limit: int) -> Sequence[ClaimedDelivery]:
        claimed: list[ClaimedDelivery] = []
        try:
            async with self._database.nobody() as session:
                claimed = await claim_deliveries(session, worker_id, limit, per_host=self._per_host)
        except TransientError as error:
            raise Unsure(claimed, error) from error
        if claimed:
            crash_point("delivery.after_claim")
        return claimed

    async def carry_out(self, work: ClaimedDelivery) -> DeliveryOutcome:
        """One attempt. Only 2xx is success; 410 disables the endpoint; a refused address is never tried again."""
        if work.endpoint_state != "active":
            return self._ended(work, error="endpoint_disabled", began=None)
        began = self._clock.monotonic()
        try:
            answer = await self._sender.send(self._letter(work))
        except UserError as error:
            return self._ended(work, error=error.code, began=began)
        except DocflowError as error:
            after_s = error.after_s if isinstance(error, TransientError) else 0.0
            return self._failed(work, error=error.code, began=began, at_least_s=after_s)
        crash_point("delivery.after_send")
        return self._answered(work, answer)

    def put_back(self, work: ClaimedDelivery) -> DeliveryOutcome:
        return DeliveryOutcome(work.delivery_id, work.attempt, "pending")

    def broke(self, work: ClaimedDelivery) -> DeliveryOutcome:
        return self._failed(work, error="internal_error", began=None)

    async def finish(self, worker_id: UUID, outcome: DeliveryOutcome) -> bool:
        crash_point("delivery.before_finish")
        done = await self._finished.add(worker_id, outcome)
        crash_point("delivery.after_finish")
        return done

    def state_of(self, outcome: DeliveryOutcome) -> str:
        return outcome.state

    def _letter(self, work: ClaimedDelivery) -> Letter:
        sealed = valid_secrets(
            work.secret_sealed, work.old_secret_sealed, work.old_secret_until, self._clock.now()
        )
        return Letter(
            work.url,
            work.webhook_id,
            work.body.encode(),
            opened(self._sealing, sealed),
            opened_headers(self._sealing, work.headers),
        )

    def _answered(self, work: ClaimedDelivery, answer: HttpAnswer) -> DeliveryOutcome:
        log = self._log(answer.status, None, answer.duration_ms)
        if 200 <= answer.status < 300:
            return self._outcome(work, "delivered", log, action="webhook_delivered")
        if answer.status == GONE:
            return self._outcome(
                work, "failed", log, counts=True, disable_endpoint=True, action="webhook_failed"
            )
        return self._again(work, log, at_least_s=retry_after_s(answer, self._clock.now()))

    def _failed(
        self, work: ClaimedDelivery, *, error: str, began: float | None, at_least_s: float = 0.0
    ) -> DeliveryOutcome:
        return self._again(work, self._log(None, error, self._since(began)), at_least_s=at_least_s)

    def _ended(self, work: ClaimedDelivery, *, error: str, began: float | None) -> DeliveryOutcome:
        log = self._log(None, error, self._since(began))
        return self._outcome(work, "failed", log, counts=True, action="webhook_failed")

    def _again(self, work: ClaimedDelivery, log: JsonObject, *, at_least_s: float) -> DeliveryOutcome:
        wait_s = next_try_s(work.failures + 1, self._chance, at_least_s=at_least_s)
        if wait_s is None:
            return self._outcome(work, "failed", log, counts=True, action="webhook_failed")
        return self._outcome(work, "pending", log, counts=True, retry_in_s=wait_s)

    def _outcome(
        self, work: ClaimedDelivery, state: str, log: JsonObject, *, action: str | None = None, **more: Any
    ) -> DeliveryOutcome:
        outbox = (self._record(work, state, log, action),) if action else ()
        return DeliveryOutcome(work.delivery_id, work.attempt, state, log=log, outbox=outbox, **more)

    def _record(self, work: ClaimedDelivery, state: str, log: JsonObject, action: str) -> JsonObject:
        told = {
            "delivery_id": str(work.delivery_id),
            "endpoint_id": str(work.endpoint_id),
            "webhook_id": work.webhook_id,
            "event_type": work.event_type,
            "status": log["status"],
            "code": log["error"],
        }
        return delivery_audit(
            client_id=work.client_id,
            process_id=work.process_id,
            at=self._clock.now(),
            action=action,
            result=AuditResult.SUCCESS if state == "delivered" else AuditResult.FAILED,
            payload=told,
        )

    def _log(self, status: int | None, error: str | None, duration_ms: int) -> JsonObject:
        at = self._clock.now().isoformat()
        return {"at": at, "status": status, "error": error, "duration_ms": duration_ms}

    def _since(self, began: float | None) -> int:
        return 0 if began is None else round((self._clock.monotonic() - began) * 1000)
