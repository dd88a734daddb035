"""What is kept of an approved document, and of a correction: where fields stand, and who its parties are.

Amounts, dates and numbers are never kept: their values come from the page that is read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from docflow.domain.json_types import JsonObject
from docflow.features.vendor_memory.places import Place

#: Right on so many later documents, a place is proven; and it was right so many times for each time it was wrong.
PROVEN_HITS, HITS_A_MISS = 3, 4
#: Wrong so often, and more often than right, a template has no say.
MUTED_MISSES = 2


#: Vendors print what identifies a document at its beginning and its sums at its end.
FIRST_PAGES, LAST_PAGES = 3, 2

T = TypeVar("T")


def ends_of(pages: Sequence[T]) -> tuple[T, ...]:
    """The pages that places are learnt from and looked for on."""
    return (*pages[:FIRST_PAGES], *pages[FIRST_PAGES:][-LAST_PAGES:])


class Say(StrEnum):
    PROVEN = "proven"
    TRIAL = "trial"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Of one approved document, by field: its place; names and addresses; currencies. `corrected` were read wrong."""

    places: Mapping[str, Place] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    currencies: Mapping[str, str] = field(default_factory=dict)
    corrected: frozenset[str] = frozenset()

    def as_json(self) -> JsonObject:
        return {
            "places": {path: place.as_json() for path, place in self.places.items()},
            "names": dict(self.names),
            "currencies": dict(self.currencies),
            "corrected": sorted(self.corrected),
        }

    @classmethod
    def from_json(cls, kept: JsonObject) -> "Knowledge":
        return cls(
            {path: Place.from_json(place) for path, place in (kept.get("places") or {}).items()},
            dict(kept.get("names") or {}),
            dict(kept.get("currencies") or {}),
            frozenset(kept.get("corrected") or ()),
        )


@dataclass(frozen=True, slots=True)
class Memory:
    """An approved document that looks like the one at hand. `alike` is their cosine, 0..1."""

    document_id: UUID
    vendor_key: str
    vendor_name: str | None
    alike: float
    knowledge: Knowledge


@dataclass(frozen=True, slots=True)
class Template:
    """Where a reviewer's correction says that a field of a vendor stands. Hits and misses are later reviewers' verdicts."""

    template_id: UUID
    vendor_key: str
    field: str
    place: Place
    hits: int = 0
    misses: int = 0

    @property
    def say(self) -> Say:
        if self.misses >= MUTED_MISSES and self.misses > self.hits:
            return Say.NONE
        proven = self.hits >= PROVEN_HITS and self.hits >= HITS_A_MISS * self.misses
        return Say.PROVEN if proven else Say.TRIAL


@dataclass(frozen=True, slots=True)
class Recalled:
    """What is known of documents like the one at hand, the likest first, and the templates of their vendors."""

    memories: tuple[Memory, ...] = ()
    templates: tuple[Template, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.memories)
