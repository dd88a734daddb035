"""Which process type a process's documents are of: chosen where none was named, compared where one was."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from docflow.domain.jobs import Job
from docflow.domain.json_types import JsonObject
from docflow.domain.ports.workbench import Workbench
from docflow.domain.reading import Classification, Page
from docflow.features.classification.scoring import (
    PAGES_SEEN,
    SURE,
    Guess,
    KnownType,
    ranked,
    seen_of,
    strongly_other,
)

from docflow_ocr.pages.opening import OpenedFile
from docflow_ocr.ports import Types, Voice

CLASSIFY_TIMEOUT_S = 20.0
#: A person who chooses needs the likeliest, not all.
CANDIDATES = 5

GIVEN, CLASSIFIED, PERSON = "given", "classified", "person"
"""Who chose the type of a process: whoever sent it, the documents themselves, or a reviewer."""


@dataclass(frozen=True, slots=True)
class Choice:
    """`best` is the likeliest type of the first document that is sure of one, else of the first; None without types."""

    best: Guess | None
    candidates: tuple[Guess, ...] = ()

    @property
    def is_sure(self) -> bool:
        return self.best is not None and self.best.confidence >= SURE

    def as_json(self) -> JsonObject:
        """For processes.classification_result. Nothing is chosen before a configuration is pinned."""
        return {
            "process_type_id": self.best.process_type_id if self.best and self.is_sure else None,
            "confidence": self.best.confidence if self.best else 0.0,
            "source": CLASSIFIED,
            "candidates": [one.as_json() for one in self.candidates],
        }


class Classifier:
    """`voice` is asked where the words of a document are not sure; None = nobody is."""

    def __init__(self, workbench: Workbench, types: Types, voice: Voice | None = None) -> None:
        self._workbench = workbench
        self._types = types
        self._voice = voice

    async def guesses(self, job: Job, document_id: UUID, opened: OpenedFile) -> tuple[Guess, ...]:
        """Every active type of the client with its confidence, the likeliest first."""
        types = tuple(await self._types.of(job.run.client_id))
        first = opened.pages[:PAGES_SEEN]
        found = await self._workbench.run(
            _ranked, first, opened.invoice is not None, types, timeout_s=CLASSIFY_TIMEOUT_S
        )
        if self._voice is None or (found and found[0].confidence >= SURE):
            return found
        return await self._voice.heard(job.run, document_id, first, types, found)

    async def compared(self, job: Job, process_type_id: str, opened: OpenedFile) -> Classification:
        """The type the process has, with how sure the document is of it; or another it is of nearly for certain.

        What a reviewer chose stands, and so does a type that this client's list does not hold (any more).
        """
        if (job.process.classification_result or {}).get("source") == PERSON:
            return Classification(process_type_id, 1.0)
        types = tuple(await self._types.of(job.run.client_id))
        guesses, other = await self._workbench.run(
            _compared,
            opened.pages[:PAGES_SEEN],
            opened.invoice is not None,
            types,
            process_type_id,
            timeout_s=CLASSIFY_TIMEOUT_S,
        )
        if other is not None:
            return Classification(other.process_type_id, other.confidence)
        own = next((one for one in guesses if one.process_type_id == process_type_id), None)
        return Classification(process_type_id, own.confidence if own else 1.0)


def choose(guesses: Sequence[tuple[Guess, ...]]) -> Choice:
    """From the guesses of each readable document, in the order they were sent."""
    every = [found for found in guesses if found]
    if not every:
        return Choice(None)
    chosen = next((found for found in every if found[0].confidence >= SURE), every[0])
    return Choice(chosen[0], chosen[:CANDIDATES])


def _ranked(pages: Sequence[Page], is_e_invoice: bool, types: Sequence[KnownType]) -> tuple[Guess, ...]:
    return ranked(seen_of(pages, is_e_invoice=is_e_invoice), types)


def _compared(
    pages: Sequence[Page], is_e_invoice: bool, types: Sequence[KnownType], process_type_id: str
) -> tuple[tuple[Guess, ...], Guess | None]:
    guesses = _ranked(pages, is_e_invoice, types)
    return guesses, strongly_other(guesses, process_type_id, types)
