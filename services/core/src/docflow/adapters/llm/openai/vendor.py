"""One attempt at a time against Chat Completions, which OpenAI, Gemini, vLLM and Ollama all speak."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeGuard

from docflow.adapters.llm import sizes
from docflow.adapters.llm.answers import checked
from docflow.adapters.llm.connections import connections
from docflow.adapters.llm.layout import new_mark
from docflow.adapters.llm.openai.body import body_of, output_room
from docflow.adapters.llm.openai.errors import translated
from docflow.adapters.llm.openai.profiles import OPENAI, Profile
from docflow.adapters.llm.waiting import seconds_of, whole
from docflow.domain.ports.clock import Clock
from docflow.domain.ports.llm import (
    Completion,
    CompletionRequest,
    Estimate,
    Headroom,
    Outcome,
    Repair,
    Trouble,
    Usage,
    VendorBusy,
)

if TYPE_CHECKING:
    from openai.types import CompletionUsage

#: Longer answers come as a stream, so that no proxy takes a silent connection for a dead one.
STREAM_ABOVE_TOKENS = 21_333

_OUTCOMES = {"length": Outcome.TRUNCATED, "content_filter": Outcome.REFUSED}


@dataclass(slots=True)
class _Answer:
    model: str = ""
    text: str = ""
    refused: bool = False
    reason: str = ""
    usage: "CompletionUsage | None" = None


class OpenAIVendor:
    """`base_url` None = the profile's own. A server of one's own may need no key."""

    def __init__(
        self,
        api_key: str,
        clock: Clock,
        *,
        profile: Profile = OPENAI,
        base_url: str | None = None,
        mark: Callable[[], str] = new_mark,
    ) -> None:
        import httpx2
        import openai

        address = base_url or profile.base_url
        if address is None:
            raise ValueError(f"{profile.name} needs a base URL")
        # Always given: the SDK would otherwise look for a key and an address in the environment.
        self._client = openai.AsyncOpenAI(
            api_key=api_key or "none",
            base_url=address,
            max_retries=0,
            http_client=openai.DefaultAsyncHttpxClient(**connections()),
        )
        self._failures = (
            openai.APIError, httpx2.HTTPError, httpx2.StreamError, TimeoutError, json.JSONDecodeError,
        )  # fmt: skip
        self._profile = profile
        self._clock = clock
        self._mark = mark
        self.name = profile.name

    def estimate(self, request: CompletionRequest) -> Estimate:
        return Estimate(sizes.prompt_tokens(request), output_room(request, self._profile))

    async def complete(self, request: CompletionRequest, repair: Repair | None = None) -> Completion:
        sizes.check_pictures(request, self.name, edge=self._profile.max_edge)
        body, started = body_of(request, repair, self._mark(), self._profile), self._clock.monotonic()
        answer = _Answer()
        try:
            async with asyncio.timeout(request.timeout_s):
                if body[self._profile.limit_field] > STREAM_ABOVE_TOKENS:
                    headers = await self._streamed(body, request.timeout_s, answer)
                else:
                    headers = await self._whole(body, request.timeout_s, answer)
        except self._failures as error:
            usage = _usage(answer.usage) if _tells(answer.usage) else Usage(cost_micros=None)
            raise translated(error, self.name, self._clock.now(), usage) from error
        return self._completion(request, answer, headers, self._clock.monotonic() - started)

    async def aclose(self) -> None:
        await self._client.close()

    async def _whole(self, body: dict[str, Any], timeout_s: float, answer: _Answer) -> Mapping[str, str]:
        raw = await self._client.chat.completions.with_raw_response.create(**body, timeout=timeout_s)
        completion = raw.parse()
        choices = getattr(completion, "choices", None)
        if not isinstance(choices, list) or any(choice.message is None for choice in choices):
            # Whatever answered, a proxy perhaps, does not speak the protocol.
            raise VendorBusy(Trouble.SERVER, provider=self.name)
        if choices:
            choice = choices[0]
            answer.text = choice.message.content or ""
            answer.refused = bool(choice.message.refusal)
            answer.reason = choice.finish_reason
        answer.model, answer.usage = completion.model, completion.usage
        headers: Mapping[str, str] = raw.headers
        return headers

    async def _streamed(self, body: dict[str, Any], timeout_s: float, answer: _Answer) -> Mapping[str, str]:
        stream = await self._client.chat.completions.create(
            **body, stream=True, stream_options={"include_usage": True}, timeout=timeout_s
        )
        async with stream:
            async for chunk in stream:
                answer.model = chunk.model or answer.model
                answer.usage = chunk.usage or answer.usage
                for choice in chunk.choices[:1]:
                    answer.text += choice.delta.content or ""
                    answer.refused = answer.refused or bool(choice.delta.refusal)
                    answer.reason = choice.finish_reason or answer.reason
        headers: Mapping[str, str] = stream.response.headers
        return headers

    def _completion(
        self, request: CompletionRequest, answer: _Answer, headers: Mapping[str, str], took_s: float
    ) -> Completion:
        outcome = _OUTCOMES.get(answer.reason, Outcome.COMPLETE)
        if answer.refused:
            outcome = Outcome.REFUSED
        data, problems = (
            checked(answer.text, request.wire_schema) if outcome is Outcome.COMPLETE else (None, ())
        )
        return Completion(
            outcome=Outcome.INVALID if problems else outcome,
            data=data,
            provider=self.name,
            model=answer.model or request.model,
            request_id=headers.get("x-request-id"),
            usage=_usage(answer.usage) if _tells(answer.usage) else self._worst(request),
            duration_ms=round(took_s * 1000),
            headroom=_headroom(headers),
            problems=problems,
            answer=answer.text,
        )

    def _worst(self, request: CompletionRequest) -> Usage:
        """An answer that does not say what it cost counts as all that it may have cost."""
        most = self.estimate(request)
        return Usage(most.tokens_input, most.tokens_output, None)


def _headroom(headers: Mapping[str, str]) -> Headroom:
    prefix = "x-ratelimit"
    resets = [seconds_of(headers.get(f"{prefix}-reset-{what}")) for what in ("requests", "tokens")]
    return Headroom(
        requests=whole(headers.get(f"{prefix}-remaining-requests")),
        tokens_input=whole(headers.get(f"{prefix}-remaining-tokens")),
        resets_in_s=max((one for one in resets if one is not None), default=None),
    )


def _tells(given: "CompletionUsage | None") -> TypeGuard["CompletionUsage"]:
    return given is not None and given.prompt_tokens is not None and given.completion_tokens is not None


def _usage(given: "CompletionUsage") -> Usage:
    prompt, written = given.prompt_tokens_details, given.completion_tokens_details
    read = (prompt.cached_tokens or 0) if prompt else 0
    kept = (prompt.cache_write_tokens or 0) if prompt else 0
    return Usage(
        tokens_input=max(0, given.prompt_tokens - read - kept),
        tokens_output=given.completion_tokens,
        cost_micros=None,
        tokens_cache_read=read,
        tokens_cache_write=kept,
        tokens_reasoning=(written.reasoning_tokens or 0) if written else 0,
    )
