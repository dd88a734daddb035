from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from docflow.domain.json_types import JsonObject
from docflow.domain.reading import Box, Page


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens and integer micro-dollars of one call; `cost_micros` None = the model's price is unknown."""

    tokens_input: int = 0
    tokens_output: int = 0
    cost_micros: int | None = 0


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


@dataclass(frozen=True, slots=True)
class Candidate:
    """A value as printed, and where the provider says it stands. `label_found` is None when unknown.

    `box` tells equal values of one line apart; a provider that sees no places gives none.
    """

    text: str
    page: int | None = None
    quote: str = ""
    label_found: bool | None = None
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class Extraction:
    """Candidates per field (best first; absent = not on the document) and rows per table."""

    fields: Mapping[str, Sequence[Candidate]]
    tables: Mapping[str, Sequence[Mapping[str, Candidate]]] = field(default_factory=dict)
    provider: str = "offline"
    model: str = "offline"
    usage: Usage = Usage()


class Provider(Protocol):
    name: str

    async def extract(self, request: ExtractRequest) -> Extraction:
        """One attempt. Raises TransientError or PermanentError."""

    async def aclose(self) -> None: ...
