"""A stack of documents that is cut into processes of their own: what was proposed, what was decided, what came of it.

All of it stands in `processes.classification_result` under `split`:
`{"proposed": [{"document_id", "cuts": [{"page", "score"}]}], "decided": {"by": "person" | "platform", "documents":
[{"document_id", "cuts": [4, 7]}]}, "children": [{"process_id", "document_id", "pages": [1, 3]}]}`. A cut is the page
(2 or more) on which another document begins.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from uuid import UUID

from docflow.domain.file_types import PDF, TIFF
from docflow.domain.json_types import JsonObject, JsonValue
from docflow.domain.stages import ProcessStatus

#: Files that can be cut between pages. The pages of others are of our own making.
CUTTABLE = frozenset({PDF, TIFF})
BY_PERSON, BY_PLATFORM = "person", "platform"
SPLIT = "split"

Cuts = Mapping[UUID, tuple[int, ...]]
"""By document: the pages on which another begins, ascending. A document without any stays whole."""


@dataclass(frozen=True, slots=True)
class Part:
    """Pages `first` to `last` of a document, stored as a file of their own, and the ids of what they become.

    The ids are the same at every look, so that a repeat makes nothing twice.
    """

    process_id: UUID
    document_id: UUID
    cut_from: UUID
    first: int
    last: int
    file_name: str
    file_size: int
    mime_type: str
    sha256: str
    blob_key: str
    storage_url: str
    storage_provider: str


@dataclass(frozen=True, slots=True)
class ChildState:
    """A process that was split from another."""

    process_id: UUID
    status: ProcessStatus
    process_type_id: str | None

    def as_json(self) -> JsonObject:
        return {
            "process_id": str(self.process_id),
            "status": self.status.value,
            "process_type_id": self.process_type_id,
        }


def is_split(classification_result: JsonObject | None) -> bool:
    """The process has children, or had some that were erased."""
    return bool(_split(classification_result).get("children"))


def children_of(classification_result: JsonObject | None) -> tuple[UUID, ...]:
    """In the order of their pages."""
    return tuple(UUID(child["process_id"]) for child in _split(classification_result).get("children") or ())


def decided_by_person(classification_result: JsonObject | None) -> Cuts | None:
    """What a reviewer said; all empty = every file is one document. None = nobody was asked."""
    decided = _split(classification_result).get("decided") or {}
    if decided.get("by") != BY_PERSON:
        return None
    return {UUID(one["document_id"]): tuple(one["cuts"]) for one in decided["documents"]}


def with_decision(classification_result: JsonObject | None, by: str, cuts: Cuts) -> JsonObject:
    documents = [{"document_id": str(each), "cuts": list(pages)} for each, pages in cuts.items()]
    return _with(classification_result, decided={"by": by, "documents": documents})


def with_proposal(
    classification_result: JsonObject | None, proposed: Mapping[UUID, Sequence[JsonObject]]
) -> JsonObject:
    """`proposed` holds {"page", "score"} by document. Without any nothing is said."""
    listed = [
        {"document_id": str(document_id), "cuts": list(cuts)}
        for document_id, cuts in proposed.items()
        if cuts
    ]
    return _with(classification_result, proposed=listed) if listed else classification_result or {}


def with_children(classification_result: JsonObject | None, parts: Sequence[Part]) -> JsonObject:
    listed = [
        {"process_id": str(p.process_id), "document_id": str(p.cut_from), "pages": [p.first, p.last]}
        for p in parts
    ]
    return _with(classification_result, children=listed)


def without_cuts(extraction_result: JsonObject | None) -> JsonObject | None:
    """A reading whose files are known to be one document each."""
    if extraction_result is None:
        return None
    documents = [
        {name: value for name, value in document.items() if name != "cuts"}
        for document in extraction_result.get("documents") or ()
    ]
    return {**extraction_result, "documents": documents}


def ranges(page_count: int, cuts: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The first and last page of each part."""
    for first, after in pairwise((1, *cuts, page_count + 1)):
        yield first, after - 1


def cuts_sure_stacks(workflow: JsonObject) -> bool:
    """Whether a configuration lets sure cuts be made with nobody looking; it does unless it says otherwise."""
    return bool(workflow.get("splitting", "sure") == "sure")


def _split(classification_result: JsonObject | None) -> JsonObject:
    found: JsonObject = (classification_result or {}).get(SPLIT) or {}
    return found


def _with(classification_result: JsonObject | None, **told: JsonValue) -> JsonObject:
    return {**(classification_result or {}), SPLIT: {**_split(classification_result), **told}}
