"""The books of model calls in PostgreSQL: one SQL function per question, for many calls at once."""

import asyncio
import base64
import random
from collections.abc import Callable, Sequence
from itertools import count
from uuid import UUID

import orjson

from docflow.db.database import Database
from docflow.domain.backoff import Backoff
from docflow.domain.errors import PermanentError, TransientError
from docflow.domain.json_types import JsonObject
from docflow.domain.llm_calls import LlmCallRecord, Refusal, Reservation
from docflow.domain.ports.sealing import Sealing
from docflow.features.usage.together import Together

_FIND = "SELECT client_id, cache_key, answer_sealed FROM find_answers(CAST(%(asked)s AS jsonb))"
_RESERVE = "SELECT call_id, refusal FROM reserve_calls(CAST(%(asked)s AS jsonb))"
_SETTLE = "SELECT settle_calls(CAST(%(calls)s AS jsonb))"

_PATIENCE = Backoff(base_s=0.2, cap_s=2.0)
_SETTLE_TRIES = 5

_Keys = tuple[UUID, Sequence[bytes]]


class PostgresBooks:
    """Answers are sealed at rest: they are made of the client's documents."""

    def __init__(
        self, database: Database, sealing: Sealing, *, chance: Callable[[], float] = random.random
    ) -> None:
        self._database = database
        self._sealing = sealing
        self._chance = chance
        self._finding: Together[_Keys, tuple[bytes, bytes] | None] = Together(self._find)
        self._reserving: Together[Reservation, Refusal | None] = Together(self._reserve)
        self._settling: Together[LlmCallRecord, None] = Together(self._settle)

    async def find(self, client_id: UUID, cache_keys: Sequence[bytes]) -> tuple[bytes, bytes] | None:
        """The first of the keys that has an answer, and the answer. One that cannot be unsealed is none."""
        found = await self._finding.ask((client_id, cache_keys)) if cache_keys else None
        if found is None:
            return None
        try:
            return found[0], self._sealing.open(found[1])
        except PermanentError:
            return None

    async def reserve(self, asked: Reservation) -> Refusal | None:
        return await self._reserving.ask(asked)

    async def settle(self, call: LlmCallRecord) -> None:
        """Tried again while the database is away: the call is paid for, and booking it twice is not possible."""
        for tries in count(1):
            try:
                await self._settling.ask(call)
                break
            except TransientError:
                if tries == _SETTLE_TRIES:
                    raise
                await asyncio.sleep(_PATIENCE.delay_s(tries, self._chance))

    async def _find(self, asked: Sequence[_Keys]) -> list[tuple[bytes, bytes] | None]:
        wanted = [
            {"client_id": str(client_id), "cache_key": key.hex()} for client_id, keys in asked for key in keys
        ]
        rows = await self._database.single(_FIND, {"asked": _json(wanted)})
        found = {(row.client_id, bytes(row.cache_key)): bytes(row.answer_sealed) for row in rows}
        return [
            next(((key, found[client_id, key]) for key in keys if (client_id, key) in found), None)
            for client_id, keys in asked
        ]

    async def _reserve(self, asked: Sequence[Reservation]) -> list[Refusal | None]:
        rows = await self._database.single(_RESERVE, {"asked": _json([_asked(one) for one in asked])})
        refusals = {row.call_id: Refusal(row.refusal) if row.refusal else None for row in rows}
        return [refusals[one.call_id] for one in asked]

    async def _settle(self, calls: Sequence[LlmCallRecord]) -> list[None]:
        await self._database.single(_SETTLE, {"calls": _json([self._row(call) for call in calls])})
        return [None] * len(calls)

    def _row(self, call: LlmCallRecord) -> JsonObject:
        usage, kept = call.usage, call.answer
        return {
            "call_id": str(call.call_id),
            "client_id": str(call.client_id),
            "process_id": _text(call.process_id),
            "run_id": _text(call.run_id),
            "stage": call.stage,
            "provider": call.provider,
            "model": call.model,
            "asked_model": call.asked_model,
            "prompt_id": _text(call.prompt_id),
            "tokens_input": usage.tokens_prompt,
            "tokens_output": usage.tokens_output,
            "tokens_cache_read": usage.tokens_cache_read,
            "tokens_cache_write": usage.tokens_cache_write,
            "tokens_reasoning": usage.tokens_reasoning,
            "cost_micros": usage.cost_micros,
            "outcome": call.outcome,
            "error_kind": call.error_kind,
            "request_id": call.request_id,
            "cache_hit": call.cache_hit,
            "duration_ms": call.duration_ms,
            "called_at": call.called_at.isoformat(),
            "answer": {
                "cache_key": kept.cache_key.hex(),
                "sealed": base64.b64encode(self._sealing.seal(kept.answer)).decode(),
                "keep_s": kept.keep_s,
            }
            if kept
            else None,
        }


def _asked(one: Reservation) -> JsonObject:
    return {
        "client_id": str(one.client_id),
        "call_id": str(one.call_id),
        "tokens": one.tokens,
        "micros": one.micros,
        "on": one.at.date().isoformat(),
        "ttl_s": one.ttl_s,
    }


def _text(value: UUID | None) -> str | None:
    return str(value) if value else None


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
