"""How well labelled documents are read: a folder of documents with their true values against what the reader gives.

A set is a folder with `schema.json` and `labels/*.json`. A label is {"file": path in the folder, "fields": {name: true
value or null}}; the schema is an output schema, or {"fields": {name: {"type": text, id, code, money, number, date or
bool}}, "day_first": true}. The counting is that of the ICDAR 2019 receipts task: a wrong value is both a false positive
and a false negative. A field that a label does not name is not counted.
"""

import asyncio
import hashlib
import resource
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import orjson
from docflow.adapters.llm.offline.reader import read_fields
from docflow.adapters.ocr.rapidocr import read_image
from docflow.adapters.workbench.processes import PoolLimits, ProcessWorkbench
from docflow.domain.errors import DocflowError, UserError
from docflow.domain.field_scores import FieldOutcome, FieldScore, Found, outcome_of, total_of
from docflow.domain.json_types import JsonObject
from docflow.domain.output_schema import FieldSpec, shape_of
from docflow.domain.reading import Page, ReadField, ReadPicture, Word
from docflow.domain.values.kinds import FieldKind
from docflow.features.reading.assembly import AssembledFields, fields_of_extraction, fields_of_invoice
from docflow.runtime.settings import LimitSettings
from docflow_ocr.page_reader import page_read
from docflow_ocr.pages.inspection import inspect
from docflow_ocr.pages.opening import OpenedFile, draw_page, open_file
from docflow_ocr.service import file_limits

_KIND_BY_TYPE = {"id": "id", "money": "money", "date": "date", "bool": "boolean"}
_CALL_S = 180.0
_CHILD_BYTES = 2 * 1024**3


@dataclass(slots=True)
class Evaluation:
    """`seconds` are of each document, wall time; `cpu_s` is of all children. `refused` maps files to codes.

    `saved_s` of both are processor seconds of an earlier run, whose words were taken. `unattended` are documents of which
    every labelled value was accepted, `passed_wrong` those of them with a wrong accepted value.
    """

    threshold: float
    documents: int = 0
    pages: int = 0
    fields: dict[str, FieldScore] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    cpu_s: float = 0.0
    saved_s: float = 0.0
    unattended: int = 0
    passed_wrong: int = 0

    @property
    def total(self) -> FieldScore:
        return total_of(self.fields.values())

    def count(
        self, spec: FieldSpec, truth: object, read: ReadField | None, *, day_first: bool
    ) -> FieldOutcome:
        outcome = outcome_of(
            spec.kind,
            truth,
            None if read is None else read.value,
            0.0 if read is None else read.confidence,
            threshold=self.threshold,
            day_first=day_first,
        )
        self.fields[spec.path] = self.fields.get(spec.path, FieldScore()) + FieldScore.of(outcome)
        return outcome

    def count_document(self, outcomes: Sequence[FieldOutcome]) -> None:
        """Whether nobody would have looked at it: as if every labelled field were required, and nothing else held it."""
        labelled = [one for one in outcomes if one.found not in (Found.ABSENT, Found.INVENTED)]
        if labelled and all(one.accepted for one in labelled):
            self.unattended += 1
            self.passed_wrong += any(one.accepted and one.found is not Found.RIGHT for one in outcomes)


async def evaluate(
    folder: Path,
    threshold: float,
    told: Callable[[str], None] = lambda _: None,
    kept: Path | None = None,
) -> Evaluation:
    """Read every labelled document of a set with the offline reader, in child processes, one after the other.

    With `kept` the words that OCR reads are kept in that folder, with the processor seconds they took; a later run takes
    both from there instead of reading them again. Raises UserError `not_a_labelled_set`. A document that is refused counts as read with no values.
    """
    schema, day_first = labelled_schema(folder)
    labels = sorted((folder / "labels").glob("*.json"))
    if not labels:
        raise UserError(f"{folder} has no labels/*.json", code="not_a_labelled_set")
    evaluation = Evaluation(threshold)
    before = _children_cpu()
    pools = {name: PoolLimits(1, _CHILD_BYTES) for name in ("parse", "ocr")}
    async with aclosing(ProcessWorkbench(pools)) as workbench:
        for number, label in enumerate(labels, 1):
            given = orjson.loads(label.read_bytes())
            wanted = wanted_of(schema, given["fields"])
            began = time.perf_counter()
            try:
                pages, read, saved_s = await _read(workbench, folder / given["file"], wanted, kept)
            except DocflowError as error:
                evaluation.refused[given["file"]] = error.code
                pages, read, saved_s = 0, {}, 0.0
            evaluation.seconds.append(time.perf_counter() - began + saved_s)
            evaluation.saved_s += saved_s
            evaluation.documents += 1
            evaluation.pages += pages
            evaluation.count_document(
                [
                    evaluation.count(
                        spec, given["fields"].get(spec.path), read.get(spec.path), day_first=day_first
                    )
                    for spec in shape_of(wanted).fields
                ]
            )
            told(f"{number} of {len(labels)}")
    evaluation.cpu_s = _children_cpu() - before + evaluation.saved_s
    return evaluation


def as_markdown(evaluation: Evaluation) -> str:
    """The figures as a table for a page of documentation."""
    lines = [
        f"| field | labelled | read | right | invented | F1 % | accepted at {evaluation.threshold:.2f} | wrong among them |"
        " of these not labelled |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    unread = [one for one in evaluation.fields.values() if not one.read]
    shown = [(name, one) for name, one in sorted(evaluation.fields.items()) if one.read]
    lines += [
        f"| {name} | {one.labelled} | {one.read} | {one.right} | {one.invented} | {100 * one.f1:.1f} | {one.accepted} |"
        f" {one.slipped} | {one.unlabelled} |"
        for name, one in [*shown, ("**all**", evaluation.total)]
    ]
    if unread:
        labelled = sum(one.labelled for one in unread)
        lines += [
            "",
            f"{len(unread)} more fields are labelled, {labelled} values in all, and none of them was read.",
        ]
    return "\n".join([*lines, "", summary(evaluation)])


def summary(evaluation: Evaluation) -> str:
    total, pages = evaluation.total, max(1, evaluation.pages)
    return (
        f"{evaluation.documents} documents, {evaluation.pages} pages, {len(evaluation.refused)} refused. "
        f"F1 {100 * total.f1:.1f} %. At {evaluation.threshold:.2f}, {total.accepted} of {total.read} values read are accepted "
        f"({100 * total.coverage:.0f} %), {total.slipped} of them wrong ({100 * total.slip_rate:.1f} %){_unlabelled(total)}. "
        f"All labelled values of {evaluation.unattended} documents are accepted ({100 * evaluation.unattended / max(1, evaluation.documents):.0f} %), "
        f"with a wrong one in {evaluation.passed_wrong} of these. "
        f"Seconds a document: median {median(evaluation.seconds):.2f}, worst {max(evaluation.seconds):.2f}; "
        f"seconds a page: {sum(evaluation.seconds) / pages:.2f}, of processors {evaluation.cpu_s / pages:.2f}."
    )


def _unlabelled(total: FieldScore) -> str:
    if not total.unlabelled:
        return ""
    told = max(1, total.accepted - total.unlabelled)
    other = total.slipped - total.unlabelled
    return (
        f"; {total.unlabelled} of these stand where the label has no value, so of the {told} that a label tells of "
        f"{other} are wrong ({100 * other / told:.1f} %)"
    )


async def _read(
    workbench: ProcessWorkbench, path: Path, schema: JsonObject, kept: Path | None
) -> tuple[int, Mapping[str, ReadField], float]:
    """How many pages, the fields, and the seconds that kept words saved."""
    data, limits = await asyncio.to_thread(path.read_bytes), file_limits(LimitSettings())
    seen = await workbench.run(inspect, data, path.name, limits, timeout_s=_CALL_S)
    opened = await workbench.run(open_file, data, seen.mime_type, limits, timeout_s=_CALL_S)
    pages, saved_s = [], 0.0
    for page in opened.pages:
        if page.number in opened.drawn:
            picture = await workbench.run(
                draw_page, data, seen.mime_type, page.number, limits, timeout_s=_CALL_S
            )
            found, saved = await _words(workbench, picture, kept)
            saved_s += saved
            pages.append(page_read(page, found))
        else:
            pages.append(page)
    read = await workbench.run(_fields, opened, tuple(pages), schema, timeout_s=_CALL_S)
    return max(1, len(pages)), read.fields, saved_s


async def _words(workbench: ProcessWorkbench, picture: bytes, kept: Path | None) -> tuple[ReadPicture, float]:
    """The words, and the processor seconds they had taken where they were kept; else 0."""
    stored = None if kept is None else kept / f"{hashlib.sha256(picture).hexdigest()}.json"
    if stored is not None and await asyncio.to_thread(stored.is_file):
        return picture_of(await asyncio.to_thread(stored.read_bytes))
    found, cpu_s = await workbench.run(words_of, picture, timeout_s=_CALL_S, pool="ocr")
    if stored is not None:
        await asyncio.to_thread(_keep, stored, found, cpu_s)
    return found, 0.0


def picture_of(kept: bytes) -> tuple[ReadPicture, float]:
    """What `_keep` kept: the words, and the processor seconds they had taken."""
    stored = orjson.loads(kept)
    words = tuple(Word(text, (x0, y0, x1, y1), sure) for text, x0, y0, x1, y1, sure in stored["words"])
    return ReadPicture(words, stored["rotation"], stored["skew"]), float(stored["cpu_s"])


def words_of(picture: bytes) -> tuple[ReadPicture, float]:
    """In a child: the words, and the processor seconds they took."""
    began = time.process_time()
    found = read_image(picture)
    return found, time.process_time() - began


def _keep(path: Path, found: ReadPicture, cpu_s: float) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    words = [[word.text, *word.box, word.confidence] for word in found.words]
    path.write_bytes(
        orjson.dumps({"cpu_s": cpu_s, "rotation": found.rotation, "skew": found.skew, "words": words})
    )


def _fields(opened: OpenedFile, pages: Sequence[Page], schema: JsonObject) -> AssembledFields:
    if opened.invoice is not None:
        return fields_of_invoice(opened.invoice, pages, schema)
    return fields_of_extraction(read_fields(pages, schema), pages, schema)


def labelled_schema(folder: Path) -> tuple[JsonObject, bool]:
    """The set's schema, and whether its dates begin with the day. Raises UserError `not_a_labelled_set`."""
    try:
        given: dict[str, Any] = orjson.loads((folder / "schema.json").read_bytes())
    except (OSError, orjson.JSONDecodeError):
        raise UserError(f"{folder} has no readable schema.json", code="not_a_labelled_set") from None
    if "properties" in given:
        return given, bool(given.get("x-day-first", True))
    properties = {name: _property(name, typed["type"]) for name, typed in given.get("fields", {}).items()}
    return {"type": "object", "properties": properties}, bool(given.get("day_first", True))


def _property(name: str, kind: str) -> JsonObject:
    """A type of the short form; where the field's name says the kind of a text, number or id, the name counts."""
    plain: JsonObject = {"type": ["number" if kind == "number" else "string", "null"]}
    (named,) = shape_of({"properties": {name: plain}}).fields
    says_nothing = named.kind is FieldKind.TEXT or kind != "id"
    return {**plain, "x-kind": _KIND_BY_TYPE[kind]} if kind in _KIND_BY_TYPE and says_nothing else plain


def wanted_of(schema: JsonObject, fields: Mapping[str, object]) -> JsonObject:
    """The schema with the fields that a label names: sets hold documents of several kinds."""
    kept = {name: sub for name, sub in schema["properties"].items() if name in fields}
    return {**schema, "properties": kept, "required": []}


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run(folder: Path, threshold: float, told: Callable[[str], None], kept: Path | None = None) -> Evaluation:
    return asyncio.run(evaluate(folder, threshold, told, kept))
