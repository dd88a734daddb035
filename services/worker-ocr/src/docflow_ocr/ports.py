"""What this worker asks of the database; features/documents has it on SQL, docflow.testing in memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from docflow.domain.calibration import Calibration
from docflow.domain.jobs import Run
from docflow.domain.limit_signals import Parts
from docflow.domain.payment_facts import History, PastDocument, PaymentFacts, Traits
from docflow.domain.reading import Page, TextSource
from docflow.features.classification.scoring import Guess, KnownType


@dataclass(frozen=True, slots=True)
class PageRecord:
    """One page as kept in `pages`; `confidence` is the mean of its words, None without words."""

    number: int
    width: float
    height: float
    rotation: int
    source: TextSource
    word_count: int
    confidence: float | None
    words_key: str | None


class DuplicateIndex(Protocol):
    async def earlier(self, client_id: UUID, sha256: str, document_id: UUID) -> tuple[UUID, UUID] | None:
        """(process_id, document_id) of the oldest earlier document of the client with the same content."""


class Memory(Protocol):
    async def recall(
        self, client_id: UUID, document_id: UUID, facts: PaymentFacts, traits: Traits
    ) -> History:
        """Keep what the document states, and give what the client's other documents tell of it."""

    async def parts(
        self, client_id: UUID, document_id: UUID, facts: PaymentFacts, parts: Parts
    ) -> Sequence[PastDocument]:
        """The seller's other documents of such amounts, newest first, whatever became of them; `recall` went before."""


class NoMemory:
    """For reading that leaves no trace: every document is the first."""

    async def recall(
        self, client_id: UUID, document_id: UUID, facts: PaymentFacts, traits: Traits
    ) -> History:
        return History()

    async def parts(
        self, client_id: UUID, document_id: UUID, facts: PaymentFacts, parts: Parts
    ) -> Sequence[PastDocument]:
        return ()


class Types(Protocol):
    async def of(self, client_id: UUID) -> Sequence[KnownType]:
        """The client's active process types, the platform's among them."""


class Voice(Protocol):
    """One more that says what a document is; `runtime.model_classifying` has a model's."""

    async def heard(
        self,
        run: Run,
        document_id: UUID,
        pages: Sequence[Page],
        types: Sequence[KnownType],
        guesses: tuple[Guess, ...],
    ) -> tuple[Guess, ...]:
        """The guesses with this voice among them. Raises TransientError while it cannot be asked."""


class Pages(Protocol):
    async def keep(self, client_id: UUID, document_id: UUID, pages: Sequence[PageRecord]) -> None:
        """Keep what is known of a document's pages; a repeat replaces it."""


class Calibrations(Protocol):
    async def of(self, client_id: UUID, process_type_id: str, config_version: int) -> Calibration:
        """What the client's reviews have taught of how sure readings under this configuration are."""
