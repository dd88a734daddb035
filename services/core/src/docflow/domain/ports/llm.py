"""Reading with and without a model.

Two levels. Stages ask a `Provider` for the fields of a whole document and get candidates. A `Vendor` makes exactly one
attempt of one `Completion`: no retry, no cache, no budget; those belong to the router between the two.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from docflow.domain.confidence import Backing
from docflow.domain.errors import PermanentError, TransientError
from docflow.domain.json_types import JsonObject
from docflow.domain.reading import Box, FieldSource, Page


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens and integer micro-dollars of one call; `cost_micros` None = the model's price is unknown.

    The four kinds of tokens do not overlap: `tokens_input` is what was billed in full, without what was read from or
    written to the vendor's prompt cache. `tokens_reasoning` is a part of `tokens_output`. A vendor leaves the cost to
    whoever knows prices.
    """

    tokens_input: int = 0
    tokens_output: int = 0
    cost_micros: int | None = 0
    tokens_cache_read: int = 0
    tokens_cache_write: int = 0
    tokens_reasoning: int = 0

    @property
    def tokens_prompt(self) -> int:
        return self.tokens_input + self.tokens_cache_read + self.tokens_cache_write


@dataclass(frozen=True, slots=True)
class PageImage:
    """A page as a picture, drawn to fit the vendors' limits: what is sent is what the model sees."""

    number: int
    data: bytes
    media_type: str
    width: int
    height: int
    redacted: bool = False
    """Personal values are blacked out, as far as they were found."""


@dataclass(frozen=True, slots=True)
class Example:
    """A corrected document of the same client: its text and the answer in the wire schema's shape.

    `example_id` is the document's; it is not sent, and answers are kept by it.
    """

    text: str
    answer: JsonObject
    example_id: str = ""


@dataclass(frozen=True, slots=True)
class ExtractRequest:
    """Read the fields that `output_schema` names from these pages; nothing here tells who is asking but the ids."""

    client_id: UUID
    process_id: UUID
    document_id: UUID
    process_type_id: str
    output_schema: JsonObject
    pages: tuple[Page, ...]
    prompt: str = ""
    model: str = ""
    images: tuple[PageImage, ...] = ()
    examples: tuple[Example, ...] = ()
    run_id: UUID | None = None
    prompt_id: UUID | None = None
    llm_policy: JsonObject = field(default_factory=dict)
    """As the configuration has it."""
    fresh: bool = False
    """An answer that was kept does not count: time and cost are to be measured."""
    confidence_threshold: float = 0.8
    """The configuration's: fields below it have a person look."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A value as printed, and where the provider says it stands. `label_found` is None when unknown.

    `box` tells equal values of one line apart; a provider that sees no places gives none. `backing` is what earlier
    documents of its vendor say of it; `source` is told where it is another than the document's.
    """

    text: str
    page: int | None = None
    quote: str = ""
    label_found: bool | None = None
    box: Box | None = None
    backing: Backing = Backing.NONE
    source: FieldSource | None = None


@dataclass(frozen=True, slots=True)
class Extraction:
    """Candidates per field (best first; absent = not on the document) and rows per table."""

    fields: Mapping[str, Sequence[Candidate]]
    tables: Mapping[str, Sequence[Mapping[str, Candidate]]] = field(default_factory=dict)
    provider: str = "offline"
    model: str = "offline"
    usage: Usage = Usage()
    warnings: tuple[str, ...] = ()
    """Codes of what a person should know of how it was read; QUOTA_EXCEEDED is one."""
    agreement: Mapping[str, float] = field(default_factory=dict)
    """By path: 1 = a second reading has the same value, 0 = another. Absent = there was none, or it says nothing."""


NO_MODEL_ANSWER = "model_no_answer"
"""No model gave an answer that can be used, and the order does not end offline: a person looks."""
QUOTA_EXCEEDED = "quota_exceeded"
"""A budget had no room for a model, and the client wants a person to look then."""


class Provider(Protocol):
    name: str

    async def extract(self, request: ExtractRequest) -> Extraction:
        """One attempt. Raises TransientError or PermanentError."""

    async def aclose(self) -> None: ...


class Task(StrEnum):
    """What a model is asked for. All but the second reading are a prompt stage by the same name."""

    CLASSIFY = "classification"
    EXTRACT = "ocr"
    INVENTORY = "inventory"
    """The second reading: every labelled value on the page, whatever the schema asks for."""
    VALIDATE = "validation"
    SUMMARIZE = "summarization"


class Effort(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Part:
    """One page of the document: its picture where there is one, and its text."""

    number: int
    text: str
    image: PageImage | None = None


@dataclass(frozen=True, slots=True)
class CompletionRequest:
    """One question. What stays the same over documents comes first, so that vendors can cache it.

    Sent in this order: `system` (the cached prefix), `examples`, pictures, page texts, `instructions`. The texts are
    fenced as data on the way. `wire_schema` is what the answer must satisfy, made by `domain.wire_schema`.
    """

    client_id: UUID
    process_id: UUID
    task: Task
    model: str
    system: str
    instructions: str
    wire_schema: JsonObject
    parts: tuple[Part, ...] = ()
    examples: tuple[Example, ...] = ()
    document_id: UUID | None = None
    prompt_id: UUID | None = None
    max_output_tokens: int = 4096
    effort: Effort = Effort.LOW
    timeout_s: float = 60.0
    structured: bool = True
    """False = the schema goes as text, for a model that calls it too complex; the answer is checked all the same."""


class Outcome(StrEnum):
    COMPLETE = "complete"
    """`data` satisfies the wire schema."""
    TRUNCATED = "truncated"
    """The answer met `max_output_tokens`; once more with twice as many may help."""
    REFUSED = "refused"
    """The model declined; another vendor may not, asking again will not help."""
    INVALID = "invalid"
    """The answer is no JSON or breaks the wire schema; `problems` says where, without values."""


@dataclass(frozen=True, slots=True)
class Headroom:
    """What the vendor says is left of its limits, from the headers of the answer; None = it did not say."""

    requests: int | None = None
    tokens_input: int | None = None
    tokens_output: int | None = None
    resets_in_s: float | None = None


@dataclass(frozen=True, slots=True)
class Completion:
    """What came back. `data` is None unless `outcome` is COMPLETE; `model` is the one that answered."""

    outcome: Outcome
    data: JsonObject | None
    provider: str
    model: str
    request_id: str | None = None
    usage: Usage = Usage(cost_micros=None)
    duration_ms: int = 0
    headroom: Headroom = Headroom()
    problems: tuple[str, ...] = ()
    answer: str = field(default="", repr=False)
    """The text as it came, for one repair turn; never for logs."""


@dataclass(frozen=True, slots=True)
class Repair:
    """An answer that broke the schema, and where: sent back once after the same question."""

    answer: str
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Estimate:
    """The most that one attempt can use: prompt tokens by size, and all the output that is allowed."""

    tokens_input: int
    tokens_output: int


class Trouble(StrEnum):
    """Why an attempt gave no answer; the code of its error is `llm_` and this."""

    RATE_LIMITED = "rate_limited"
    OVERLOADED = "overloaded"
    TIMEOUT = "timeout"
    TRANSPORT = "transport"
    SERVER = "server"
    AUTH = "auth"
    BILLING = "billing"
    BAD_REQUEST = "bad_request"
    TOO_LARGE = "too_large"
    SCHEMA_TOO_COMPLEX = "schema_too_complex"
    CONTEXT_EXCEEDED = "context_exceeded"
    MODEL_UNKNOWN = "model_unknown"


class VendorBusy(TransientError):
    """Another attempt may succeed. `retry_after_s` None = the vendor did not say when; `usage` is what was spent."""

    def __init__(
        self,
        trouble: Trouble,
        *,
        provider: str,
        retry_after_s: float | None = None,
        status: int | None = None,
        request_id: str | None = None,
        usage: Usage = Usage(cost_micros=None),
    ) -> None:
        super().__init__(
            f"the model provider {provider} gave no answer: {trouble.value.replace('_', ' ')}",
            code=f"llm_{trouble.value}",
            after_s=1.0 if retry_after_s is None else retry_after_s,
        )
        self.trouble = trouble
        self.provider = provider
        self.retry_after_s = retry_after_s
        self.status = status
        self.request_id = request_id
        self.usage = usage


class VendorRefusal(PermanentError):
    """The same request will not succeed there. AUTH and BILLING concern the key, not the document."""

    def __init__(
        self,
        trouble: Trouble,
        *,
        provider: str,
        status: int | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(
            f"the model provider {provider} refused the request: {trouble.value.replace('_', ' ')}",
            code=f"llm_{trouble.value}",
        )
        self.trouble = trouble
        self.provider = provider
        self.status = status
        self.request_id = request_id
        self.usage = Usage()


class Vendor(Protocol):
    """One vendor's models behind its SDK. Lets TransientError `VendorBusy` and PermanentError `VendorRefusal` out."""

    name: str

    def estimate(self, request: CompletionRequest) -> Estimate:
        """Made without asking anyone, and meant to lie above what will be counted."""

    async def complete(self, request: CompletionRequest, repair: Repair | None = None) -> Completion:
        """Exactly one attempt, within `request.timeout_s`."""

    async def aclose(self) -> None: ...


class Completes(Protocol):
    """Who answers a question in the end: the router, or for a trial a vendor alone."""

    async def complete(self, request: CompletionRequest) -> Completion:
        """COMPLETE, or the last outcome that was had. Raises TransientError or PermanentError."""
