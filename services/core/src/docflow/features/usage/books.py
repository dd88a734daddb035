"""The books of model calls in PostgreSQL: one SQL function per question, for many calls at once."""

import asyncio
import base64
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import count
from typing import Any
from uuid import UUID

import orjson

from docflow.db.database import Database
from docflow.db.together import Together
from docflow.domain.backoff import Backoff
from docflow.domain.errors import PermanentError, TransientError
from docflow.domain.llm_calls import KnownAnswer, LlmCallRecord, Refusal, Reservation
from docflow.domain.ports.sealing import Sealing

_FIND = "SELECT client_id, cache_key, answer_sealed FROM find_answers(CAST(%(asked)s AS jsonb))"
_BEGIN = "SELECT call_id, refusal, cache_key, answer_sealed FROM begin_calls(CAST(%(asked)s AS jsonb))"
_SETTLE = "SELECT settle_calls(CAST(%(calls)s AS jsonb))"

_PATIENCE = Backoff(base_s=0.2, cap_s=2.0)
_SETTLE_TRIES = 5

_Keys = tuple[UUID, Sequence[bytes]]
_Sealed = tuple[bytes, bytes]


class PostgresBooks:
    """Answers are sealed at rest: they are made of the client's documents."""

    def __init__(
        self, database: Database, sealing: Sealing, *, chance: Callable[[], float] = random.random
    ) -> None:
        self._database = database
        self._sealing = sealing
        self._chance = chance
        self._finding: Together[_Keys, _Sealed | None] = Together(self._find)
        self._reserving: Together[Reservation, _Sealed | Refusal | None] = Together(self._begin)
        self._settling: Together[LlmCallRecord, None] = Together(self._settle)

    async def find(self, client_id: UUID, cache_keys: Sequence[bytes]) -> KnownAnswer | None:
        """Of the first of the keys that has one. What cannot be unsealed is none."""
        found = await self._finding.ask((client_id, cache_keys)) if cache_keys else None
        return self._opened(found) if found else None

    async def reserve(self, asked: Reservation) -> KnownAnswer | Refusal | None:
        begun = await self._reserving.ask(asked)
        if not isinstance(begun, tuple):
            return begun
        return self._opened(begun) or await self.reserve(replace(asked, unless=()))

    def _opened(self, found: _Sealed) -> KnownAnswer | None:
        try:
            return KnownAnswer(found[0], self._sealing.open(found[1]))
        except PermanentError:
            return None

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

    async def _find(self, asked: Sequence[_Keys]) -> list[_Sealed | None]:
        wanted = [
            {"client_id": client_id, "cache_key": key.hex()} for client_id, keys in asked for key in keys
        ]
        rows = await self._database.single(_FIND, {"asked": _json(wanted)})
        found = {(row.client_id, bytes(row.cache_key)): bytes(row.answer_sealed) for row in rows}
        return [
            next(((key, found[client_id, key]) for key in keys if (client_id, key) in found), None)
            for client_id, keys in asked
        ]

    async def _begin(self, asked: Sequence[Reservation]) -> list[_Sealed | Refusal | None]:
        """Who is not among the rows has its room."""
        rows = await self._database.single(_BEGIN, {"asked": _json([_asked(one) for one in asked])})
        others = {row.call_id: _begun(row) for row in rows}
        return [others.get(one.call_id) for one in asked]

    async def _settle(self, calls: Sequence[LlmCallRecord]) -> list[None]:
        await self._database.single(_SETTLE, {"calls": _json([self._row(call) for call in calls])})
        return [None] * len(calls)

    def _row(self, call: LlmCallRecord) -> Mapping[str, object]:
        usage, kept = call.usage, call.answer
        return {
            "call_id": call.call_id,
            "client_id": call.client_id,
            "process_id": call.process_id,
            "run_id": call.run_id,
            "stage": call.stage,
            "provider": call.provider,
            "model": call.model,
            "asked_model": call.asked_model,
            "prompt_id": call.prompt_id,
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
            "called_at": call.called_at,
            "answer": {
                "cache_key": kept.cache_key.hex(),
                "sealed": base64.b64encode(self._sealing.seal(kept.answer)).decode(),
                "keep_s": kept.keep_s,
            }
            if kept
            else None,
        }


def _asked(one: Reservation) -> Mapping[str, object]:
    return {
        "client_id": one.client_id,
        "call_id": one.call_id,
        "tokens": one.tokens,
        "micros": one.micros,
        "on": one.at.date(),
        "ttl_s": one.ttl_s,
        "unless": [key.hex() for key in one.unless],
    }


def _begun(row: Any) -> _Sealed | Refusal:
    return Refusal(row.refusal) if row.refusal else (bytes(row.cache_key), bytes(row.answer_sealed))


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
