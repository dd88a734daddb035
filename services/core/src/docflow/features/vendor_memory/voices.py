"""A vendor's earlier documents as another voice in a reading. Runs in a child process.

What a voice says stands on the page: places are looked up on it, remembered names must be found on it. A voice agrees
with what was read, contradicts it, or speaks where nothing was read; how sure a value becomes is the confidence's matter.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rapidfuzz import fuzz

from docflow.domain.confidence import Backing
from docflow.domain.json_types import JsonObject, JsonScalar
from docflow.domain.output_schema import FieldSpec, shape_of
from docflow.domain.ports.llm import Candidate, Extraction
from docflow.domain.reading import FieldSource, Page
from docflow.domain.values.kinds import FieldKind, canonical, text_key
from docflow.features.reading.grounding import LIKENESS, Located
from docflow.features.vendor_memory.knowledge import PROVEN_HITS, Memory, Recalled, Say, Template
from docflow.features.vendor_memory.places import Place, Sheet, same_value, sightings

#: So many of the likest documents of the vendor have a say.
HEARD = 5
#: Where names are looked for on long documents; likeness on hundreds of pages would take seconds.
NAMES_PAGE = 1
NAMED = (FieldKind.PARTY, FieldKind.ADDRESS)


@dataclass(frozen=True, slots=True)
class Voice:
    """What earlier documents say of one field. `outranks` = it is believed more than what was read by labels."""

    candidate: Candidate
    value: JsonScalar
    say: Say
    outranks: bool


def with_voices(
    extraction: Extraction, pages: Sequence[Page], schema: JsonObject, recalled: Recalled
) -> Extraction:
    """The extraction with what the vendor's earlier documents add to it; unchanged where its vendor is not known."""
    located = Located(pages)
    vendor = same_vendor(recalled.memories, located)
    if not vendor:
        return extraction
    sheet, shape = Sheet(pages), shape_of(schema)
    fields = dict(extraction.fields)
    for spec in shape.fields:
        voice = _voice(spec, sheet, located, vendor, recalled.templates)
        if voice is not None:
            if vendor[0].vendor_name is None:
                # Looking alike is right for 19 of 20 only.
                voice = replace(voice, say=Say.TRIAL)
            fields[spec.path] = _joined(
                spec, fields.get(spec.path, ()), voice, by_model=extraction.provider != "offline"
            )
    # What a second reading said, it said of the value that was read first.
    agreement = {
        path: one
        for path, one in extraction.agreement.items()
        if [each.text for each in fields[path][:1]] == [each.text for each in extraction.fields[path][:1]]
    }
    return replace(extraction, fields=fields, agreement=agreement)


def same_vendor(memories: Sequence[Memory], located: Located) -> tuple[Memory, ...]:
    """Those of the vendor whose name the page shows, the likest first; looking alike is not enough where a name is known."""
    for memory in memories:
        name = memory.vendor_name
        if name is None or located.find(FieldKind.PARTY, name, page=NAMES_PAGE) is not None:
            return tuple(one for one in memories if one.vendor_key == memory.vendor_key)[:HEARD]
    return ()


def template_reading(sheet: Sheet, spec: FieldSpec, place: Place) -> Candidate | None:
    """What stands in the place on this document; None where nothing of the kind does."""
    found = sightings(sheet, spec.kind, place)
    if not found:
        return None
    first = found[0]
    return Candidate(
        first.text,
        first.standing.line.page,
        first.standing.line.text,
        True if first.labelled else None,
        first.standing.box,
        source=FieldSource.TEMPLATE,
    )


def _voice(
    spec: FieldSpec,
    sheet: Sheet,
    located: Located,
    vendor: Sequence[Memory],
    templates: Sequence[Template],
) -> Voice | None:
    if spec.kind in NAMED and (named := _named(spec, located, vendor)) is not None:
        return named
    if spec.kind is FieldKind.CURRENCY:
        return _currency(spec, vendor)
    own = next(
        (one for one in templates if (one.vendor_key, one.field) == (vendor[0].vendor_key, spec.path)), None
    )
    if own is not None and own.say is Say.NONE:
        # Places of this field misled before, whoever remembers them.
        return None
    return (_of_template(spec, sheet, own) if own else None) or _of_places(spec, sheet, vendor)


def _named(spec: FieldSpec, located: Located, vendor: Sequence[Memory]) -> Voice | None:
    """A name that was approved before and stands on this page, too. A number in it must be the same, not alike."""
    votes = _votes(memory.knowledge.names.get(spec.path) for memory in vendor)
    for name, count in votes:
        place = located.find(spec.kind, name, page=NAMES_PAGE)
        if place is None or (place.score < 1.0 and any(char.isdigit() for char in name)):
            continue
        candidate = Candidate(name, place.page, "", True, place.box, source=FieldSource.TEMPLATE)
        return Voice(candidate, canonical(spec.kind, name), _say_of(count), outranks=True)
    return None


def _currency(spec: FieldSpec, vendor: Sequence[Memory]) -> Voice | None:
    votes = _votes(memory.knowledge.currencies.get(spec.path) for memory in vendor)
    if not votes:
        return None
    code, count = votes[0]
    return Voice(Candidate(code, source=FieldSource.TEMPLATE), code, _say_of(count), outranks=False)


def _of_template(spec: FieldSpec, sheet: Sheet, template: Template) -> Voice | None:
    candidate = template_reading(sheet, spec, template.place)
    value = _value(spec, candidate, template.place)
    if candidate is None or value is None:
        return None
    return Voice(candidate, value, template.say, outranks=True)


def _of_places(spec: FieldSpec, sheet: Sheet, vendor: Sequence[Memory]) -> Voice | None:
    """Each approved document votes with the place its own value stood in."""
    read: dict[str, tuple[Candidate, JsonScalar, int]] = {}
    for memory in vendor:
        place = memory.knowledge.places.get(spec.path)
        candidate = template_reading(sheet, spec, place) if place else None
        value = _value(spec, candidate, place) if place else None
        if candidate is None or value is None or candidate.label_found is None:
            continue
        known = read.get(str(value))
        read[str(value)] = (candidate, value, 1 + (known[2] if known else 0))
    if not read:
        return None
    candidate, value, count = max(read.values(), key=lambda one: one[2])
    corrected = any(spec.path in memory.knowledge.corrected for memory in vendor)
    return Voice(candidate, value, _say_of(count), outranks=corrected)


def _joined(
    spec: FieldSpec, found: Sequence[Candidate], voice: Voice, *, by_model: bool
) -> Sequence[Candidate]:
    """The candidates with the voice among them, the one to be believed first."""
    proven = voice.say is Say.PROVEN
    own = voice.candidate
    if not found:
        return [replace(own, backing=Backing.SINGLE if proven else Backing.UNTRIED)]
    first, *others = found
    if _same(spec, first, voice.value):
        return [replace(first, backing=Backing.TRIED if proven else Backing.ON_TRIAL), *others]
    if not voice.outranks and not proven:
        # Measured on receipts: where one approved document's place and the labels disagree, the labels are right.
        return found
    if by_model or not voice.outranks:
        return [replace(first, backing=Backing.AGAINST), *others]
    if spec.kind in NAMED and _spelled_alike(first.text, own.text):
        # One name, misread here or written otherwise there.
        others = [one for one in others if not _spelled_alike(one.text, own.text)]
        return [replace(own, backing=Backing.TRIED if proven else Backing.UNTRIED), *others]
    rest = [one for one in found if not _same(spec, one, voice.value)]
    return [replace(own, backing=Backing.SINGLE if proven else Backing.AGAINST), *rest]


def _spelled_alike(left: str, right: str) -> bool:
    return fuzz.ratio(text_key(left), text_key(right)) >= LIKENESS * 100


def _same(spec: FieldSpec, candidate: Candidate, value: JsonScalar) -> bool:
    return same_value(spec.kind, canonical(spec.kind, candidate.text), value)


def _value(spec: FieldSpec, candidate: Candidate | None, place: Place) -> JsonScalar:
    return None if candidate is None else canonical(spec.kind, candidate.text, day_first=place.day_first)


def _say_of(approvals: int) -> Say:
    return Say.PROVEN if approvals >= PROVEN_HITS else Say.TRIAL


def _votes(said: Iterable[str | None]) -> list[tuple[str, int]]:
    """By how many, the most first; spelling decides nothing."""
    counts: dict[str, list[str]] = {}
    for text in said:
        if text:
            counts.setdefault(text_key(text), []).append(text)
    return [(texts[0], len(texts)) for texts in sorted(counts.values(), key=len, reverse=True)]
