"""What an approved document teaches: a pure function of its pages, what was read and what is right. Runs in a child process."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from docflow.domain.corrections import CorrectedField
from docflow.domain.json_types import JsonObject, JsonScalar, JsonValue
from docflow.domain.output_schema import FieldRole, FieldSpec, shape_of
from docflow.domain.reading import Box, Page
from docflow.domain.values.kinds import FieldKind, canonical, text_key
from docflow.features.reading import invoice_names
from docflow.features.reading.grounding import Located
from docflow.features.vendor_memory.knowledge import Knowledge, Recalled
from docflow.features.vendor_memory.places import (
    Place,
    Relation,
    Sheet,
    Standing,
    place_of,
    same_value,
    standings_of,
)
from docflow.features.vendor_memory.vectors import head_of, packed, vector_of
from docflow.features.vendor_memory.voices import NAMED, NAMES_PAGE, same_vendor, template_reading

MAX_NAME = 200


@dataclass(frozen=True, slots=True)
class Approved:
    """A document as it was read, by field as in a result, with a person's corrections of it, by field."""

    pages: tuple[Page, ...]
    schema: JsonObject
    fields: JsonObject
    corrections: Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True)
class Lesson:
    """`templates` are learnt from corrections; `verdicts` tell of each earlier template whether it showed what is right."""

    vector: bytes
    vendor_key: str
    vendor_name: str | None
    knowledge: Knowledge
    corrected: Mapping[str, CorrectedField] = field(default_factory=dict)
    templates: Mapping[str, Place] = field(default_factory=dict)
    verdicts: Mapping[UUID, bool] = field(default_factory=dict)


def lesson_of(approved: Approved, recalled: Recalled) -> Lesson:
    """`recalled` is what is known of documents that look like it."""
    shape, sheet = shape_of(approved.schema), Sheet(approved.pages)
    located = Located(approved.pages)
    values = {spec.path: _final(spec, approved) for spec in shape.fields}
    stands = {
        spec.path: found
        for spec in shape.fields
        if values[spec.path] is not None
        and (found := _standing(spec, sheet, values[spec.path], approved)) is not None
    }
    places = {path: place for path, (_, place) in stands.items()}
    name = vendor_name(approved)
    key = named_key(name) or _looks_like(recalled, located)
    verdicts = {} if key is None else _verdicts(shape.fields, sheet, values, key, recalled)
    judged = {
        one.field: verdicts[one.template_id] for one in recalled.templates if one.template_id in verdicts
    }
    return Lesson(
        vector=packed(vector_of(head_of(approved.pages))),
        vendor_key=key or "",
        vendor_name=name,
        knowledge=Knowledge(
            places={path: place for path, place in places.items() if place.relation is not Relation.ALONE},
            names={
                spec.path: str(values[spec.path])[:MAX_NAME]
                for spec in shape.fields
                if spec.kind in NAMED
                and values[spec.path]
                and located.find(spec.kind, values[spec.path], page=NAMES_PAGE)
            },
            currencies={
                spec.path: str(values[spec.path])
                for spec in shape.fields
                if spec.kind is FieldKind.CURRENCY and values[spec.path]
            },
            corrected=frozenset(approved.corrections),
        ),
        corrected={
            path: _corrected(path, approved, stands, located, values) for path in approved.corrections
        },
        templates={
            path: places[path]
            for path in approved.corrections
            if path in places and not judged.get(path, False)
        },
        verdicts=verdicts,
    )


def vendor_name(approved: Approved) -> str | None:
    """Who sent it: whom the schema calls the sender, else the seller, else whoever is the first party it asks for."""
    specs = shape_of(approved.schema).fields
    sender = next((spec for spec in specs if spec.role is FieldRole.SENDER), None)
    seller = sender or next((spec for spec in specs if invoice_names.term_of(spec) == "seller_name"), None)
    party = seller or next((spec for spec in specs if spec.kind is FieldKind.PARTY), None)
    value = _final(party, approved) if party else None
    return str(value)[:MAX_NAME] if value else None


def named_key(name: str | None) -> str | None:
    key = text_key(name or "")
    return f"name:{key[:120]}" if key else None


def _final(spec: FieldSpec, approved: Approved) -> JsonScalar:
    """What is right, in its canonical form."""
    if spec.path not in approved.corrections:
        read = approved.fields.get(spec.path) or {}
        value: JsonScalar = read.get("value")
        return value
    given = approved.corrections[spec.path]
    if given is None or isinstance(given, bool):
        return given
    value = canonical(spec.kind, str(given))
    return str(given) if value is None else value


def _standing(
    spec: FieldSpec, sheet: Sheet, value: JsonScalar, approved: Approved
) -> tuple[Standing, Place] | None:
    found, day_first = standings_of(sheet, spec.kind, value)
    if not found:
        return None
    read = approved.fields.get(spec.path) or {}
    if spec.path not in approved.corrections and read.get("box"):
        # Where it was read, the person saw it and left it.
        found.sort(key=lambda one: (one.line.page != read.get("page"), _apart(one.box, read["box"])))
        chosen = found[0]
        return chosen, place_of(sheet, spec.kind, chosen, day_first=day_first)
    placed = [(one, place_of(sheet, spec.kind, one, day_first=day_first)) for one in found]
    order = [Relation.RIGHT, Relation.BELOW, Relation.ALONE]
    # An amount that stands in several places is summed up in the last one; a name or number is told first.
    late = -1 if spec.kind is FieldKind.MONEY else 1
    ranked = sorted(
        enumerate(placed), key=lambda at: (order.index(at[1][1].relation), at[1][1].nth > 0, late * at[0])
    )
    return ranked[0][1]


def _corrected(
    path: str,
    approved: Approved,
    stands: Mapping[str, tuple[Standing, Place]],
    located: Located,
    values: Mapping[str, JsonScalar],
) -> CorrectedField:
    spec = shape_of(approved.schema).field(path)
    if spec is None:
        return CorrectedField()
    if path in stands:
        standing = stands[path][0]
        return CorrectedField(spec.kind, standing.line.page, standing.box)
    found = located.find(spec.kind, values[path], page=NAMES_PAGE) if values[path] is not None else None
    if found is None:
        return CorrectedField(spec.kind)
    return CorrectedField(spec.kind, found.page, found.box, is_exact=found.score >= 1.0)


def _looks_like(recalled: Recalled, located: Located) -> str | None:
    """The vendor of the document which looks most like this one; None = not seen before."""
    known = same_vendor(recalled.memories, located)
    return known[0].vendor_key if known else None


def _verdicts(
    specs: Sequence[FieldSpec],
    sheet: Sheet,
    values: Mapping[str, JsonScalar],
    vendor_key: str,
    recalled: Recalled,
) -> dict[UUID, bool]:
    """Only where a template shows a value: what it does not find it did not get wrong."""
    kinds = {spec.path: spec for spec in specs}
    verdicts = {}
    for template in recalled.templates:
        spec = kinds.get(template.field)
        if spec is None or template.vendor_key != vendor_key:
            continue
        read = template_reading(sheet, spec, template.place)
        value = canonical(spec.kind, read.text, day_first=template.place.day_first) if read else None
        if value is not None:
            verdicts[template.template_id] = same_value(spec.kind, value, values[spec.path])
    return verdicts


def _apart(left: Box, right: Sequence[float]) -> float:
    return sum(abs(a - b) for a, b in zip(left, right, strict=True))
