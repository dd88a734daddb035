"""One attempt at a time against the Messages API. The SDK's own retries are off: the router knows more than it."""

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from docflow.adapters.llm import sizes
from docflow.adapters.llm.answers import checked
from docflow.adapters.llm.anthropic.body import body_of, output_room
from docflow.adapters.llm.anthropic.errors import translated
from docflow.adapters.llm.anthropic.facts import facts_of
from docflow.adapters.llm.connections import connections
from docflow.adapters.llm.layout import new_mark
from docflow.adapters.llm.waiting import seconds_until, whole
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
    from anthropic.types import Message
    from anthropic.types import Usage as SdkUsage

BASE_URL = "https://api.anthropic.com"
#: The SDK refuses to wait for longer answers in one piece: 10 minutes at 128,000 tokens an hour.
STREAM_ABOVE_TOKENS = 21_333

_OUTCOMES = {
    "max_tokens": Outcome.TRUNCATED,
    "model_context_window_exceeded": Outcome.TRUNCATED,
    "pause_turn": Outcome.TRUNCATED,
    "refusal": Outcome.REFUSED,
}


class AnthropicVendor:
    """`base_url` leads to the vendor or to whatever speaks its protocol."""

    name = "anthropic"

    def __init__(
        self,
        api_key: str,
        clock: Clock,
        *,
        base_url: str = BASE_URL,
        mark: Callable[[], str] = new_mark,
    ) -> None:
        import anthropic
        import httpx2

        # Key and address are always given: the SDK would otherwise look for them in the environment and in files.
        self._client = anthropic.AsyncAnthropic(
            api_key=api_key,
            base_url=base_url,
            max_retries=0,
            http_client=anthropic.DefaultAsyncHttpxClient(**connections()),
            open_telemetry={"traces": {"content_mode": "metadata_only"}},
        )
        self._failures = (
            anthropic.APIError, httpx2.HTTPError, httpx2.StreamError, TimeoutError, json.JSONDecodeError,
        )  # fmt: skip
        self._clock = clock
        self._mark = mark

    def estimate(self, request: CompletionRequest) -> Estimate:
        return Estimate(sizes.prompt_tokens(request), output_room(request))

    async def complete(self, request: CompletionRequest, repair: Repair | None = None) -> Completion:
        sizes.check_pictures(request, self.name, edge=facts_of(request.model).edge)
        body, started = body_of(request, repair, self._mark()), self._clock.monotonic()
        spent = _Spent()
        try:
            async with asyncio.timeout(request.timeout_s):
                if body["max_tokens"] > STREAM_ABOVE_TOKENS:
                    message, headers = await self._streamed(body, request.timeout_s, spent)
                else:
                    message, headers = await self._whole(body, request.timeout_s)
        except self._failures as error:
            raise translated(error, self.name, self._clock.now(), spent.usage) from error
        return self._completion(request, message, headers, self._clock.monotonic() - started)

    async def aclose(self) -> None:
        await self._client.close()

    async def _whole(self, body: dict[str, Any], timeout_s: float) -> tuple["Message", Mapping[str, str]]:
        raw = await self._client.messages.with_raw_response.create(**body, timeout=timeout_s)
        message: Message = await raw.parse()
        if not isinstance(getattr(message, "content", None), list):
            # Whatever answered, a proxy perhaps, does not speak the protocol.
            raise VendorBusy(Trouble.SERVER, provider=self.name)
        return message, raw.headers

    async def _streamed(
        self, body: dict[str, Any], timeout_s: float, spent: "_Spent"
    ) -> tuple["Message", Mapping[str, str]]:
        async with self._client.messages.stream(**body, timeout=timeout_s) as stream:
            async for event in stream:
                if event.type == "message_start":
                    spent.usage = _usage(event.message.usage)
            return await stream.get_final_message(), stream.response.headers

    def _completion(
        self, request: CompletionRequest, message: "Message", headers: Mapping[str, str], took_s: float
    ) -> Completion:
        text = "".join(block.text or "" for block in message.content if block.type == "text")
        outcome = _OUTCOMES.get(message.stop_reason or "", Outcome.COMPLETE)
        data, problems = checked(text, request.wire_schema) if outcome is Outcome.COMPLETE else (None, ())
        usage = getattr(message, "usage", None)
        told = usage is not None and usage.output_tokens is not None
        return Completion(
            outcome=Outcome.INVALID if problems else outcome,
            data=data,
            provider=self.name,
            model=message.model,
            request_id=headers.get("request-id"),
            usage=_usage(usage) if usage is not None and told else self._worst(request),
            duration_ms=round(took_s * 1000),
            headroom=self._headroom(headers),
            problems=problems,
            answer=text,
        )

    def _worst(self, request: CompletionRequest) -> Usage:
        """An answer that does not say what it cost counts as all that it may have cost."""
        most = self.estimate(request)
        return Usage(most.tokens_input, most.tokens_output, None)

    def _headroom(self, headers: Mapping[str, str]) -> Headroom:
        prefix = "anthropic-ratelimit"
        return Headroom(
            requests=whole(headers.get(f"{prefix}-requests-remaining")),
            tokens_input=whole(headers.get(f"{prefix}-input-tokens-remaining")),
            tokens_output=whole(headers.get(f"{prefix}-output-tokens-remaining")),
            resets_in_s=seconds_until(headers.get(f"{prefix}-requests-reset"), self._clock.now()),
        )


class _Spent:
    """What a stream told before it failed."""

    usage = Usage(cost_micros=None)


def _usage(given: "SdkUsage") -> Usage:
    details = given.output_tokens_details
    return Usage(
        tokens_input=given.input_tokens or 0,
        tokens_output=given.output_tokens or 0,
        cost_micros=None,
        tokens_cache_read=given.cache_read_input_tokens or 0,
        tokens_cache_write=given.cache_creation_input_tokens or 0,
        tokens_reasoning=(details.thinking_tokens or 0) if details else 0,
    )
