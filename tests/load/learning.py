"""What approved documents add to the next reading, on receipts with known values.

`python -m tests.load.learning [FOLDER]` reads the pages of a labelled set once (OCR, some minutes), then reads each
document with what a person's approval of the others taught, and prints the figures of docs/learning.md.
"""

import asyncio
import random
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import numpy as np
import orjson
from docflow.adapters.llm.offline.reader import read_fields
from docflow.adapters.ocr.rapidocr import read_image
from docflow.adapters.workbench.processes import PoolLimits, ProcessWorkbench
from docflow.db.database import Database
from docflow.domain.field_scores import FieldScore, same
from docflow.domain.json_types import JsonObject
from docflow.domain.output_schema import FieldSpec, shape_of
from docflow.domain.page_values import values_in
from docflow.domain.ports.llm import Extraction
from docflow.domain.reading import Page, ReadField
from docflow.domain.values.kinds import FieldKind, canonical, text_key
from docflow.features.processes.models import Process
from docflow.features.reading.assembly import fields_of_extraction
from docflow.features.vendor_memory.index import VendorIndex
from docflow.features.vendor_memory.knowledge import Knowledge, Memory, Recalled, Template
from docflow.features.vendor_memory.lessons import Approved, Lesson, lesson_of
from docflow.features.vendor_memory.models import VendorMemory
from docflow.features.vendor_memory.places import Place, Sheet, Standing, place_of, same_value
from docflow.features.vendor_memory.vectors import ALIKE, PLACES, Vector, packed, unpacked
from docflow.features.vendor_memory.voices import with_voices
from docflow.runtime.settings import LimitSettings
from docflow.testing.database import open_server
from docflow.testing.factories import Tenancy, add_tenancy
from docflow_cli.evaluation import Evaluation, labelled_schema
from docflow_ocr.page_reader import page_read
from docflow_ocr.pages.inspection import inspect
from docflow_ocr.pages.opening import draw_page, open_file
from docflow_ocr.service import file_limits
from sqlalchemy import insert

ROOT = Path(__file__).parents[2]
THRESHOLD = 0.80
NEIGHBOURS = 12
THREE = ("company", "date", "total")
_CALL_S = 180.0


@dataclass(frozen=True, slots=True)
class Receipt:
    """`read` is what the offline reader makes of it alone; `extraction` its candidates."""

    document_id: UUID
    pages: tuple[Page, ...]
    truth: Mapping[str, str | None]
    extraction: Extraction
    read: Mapping[str, ReadField]


class Folder:
    """A labelled set with its pages read."""

    def __init__(self, schema: JsonObject, receipts: Sequence[Receipt]) -> None:
        self.schema = schema
        self.receipts = receipts
        self.lessons = [self.lesson(one) for one in receipts]
        self.vectors = unpacked([one.vector for one in self.lessons])

    def lesson(self, one: Receipt, recalled: Recalled | None = None) -> Lesson:
        """As if a person had corrected every wrong field and approved it."""
        corrections = {
            spec.path: _printed(spec, one.truth[spec.path])
            for spec in self.specs
            if not _right(spec, one.read.get(spec.path), one.truth[spec.path])
        }
        fields = {path: read.as_json() for path, read in one.read.items()}
        return lesson_of(Approved(one.pages, self.schema, fields, corrections), recalled or Recalled())

    @property
    def specs(self) -> Sequence[FieldSpec]:
        return shape_of(self.schema).fields

    def recalled(self, number: int, known: Sequence[int]) -> Recalled:
        """What documents `known` teach about document `number`."""
        others = [one for one in known if one != number]
        if not others:
            return Recalled()
        cosines = self.vectors[others] @ self.vectors[number]
        near = [(others[at], float(cosines[at])) for at in np.argsort(-cosines)[:NEIGHBOURS]]
        memories = tuple(
            Memory(
                self.receipts[at].document_id,
                self.lessons[at].vendor_key,
                self.lessons[at].vendor_name,
                alike,
                self.lessons[at].knowledge,
            )
            for at, alike in near
            if alike >= ALIKE
        )
        templates = [
            Template(uuid4(), self.lessons[at].vendor_key, path, place)
            for at in others
            for path, place in self.lessons[at].templates.items()
        ]
        return Recalled(memories, tuple(templates))

    def scored(self, known: Sequence[int], tested: Sequence[int]) -> Evaluation:
        """Each tested document read with what the others of `known` taught."""
        evaluation = Evaluation(THRESHOLD)
        for number in tested:
            receipt, recalled = self.receipts[number], self.recalled(number, known)
            heard = with_voices(receipt.extraction, receipt.pages, self.schema, recalled)
            read = fields_of_extraction(heard, receipt.pages, self.schema).fields
            for spec in self.specs:
                evaluation.count(spec, receipt.truth.get(spec.path), read.get(spec.path), day_first=True)
        return evaluation

    def neighbours(self) -> tuple[int, int, int, int]:
        """Documents whose vendor stands on another one; of those: nearest is the same vendor, is near enough, and both."""
        vendors = [text_key(one.truth["company"] or "") for one in self.receipts]
        repeated = same_vendor = near = both = 0
        for number, vendor in enumerate(vendors):
            cosines = self.vectors @ self.vectors[number]
            cosines[number] = -1
            best = int(np.argmax(cosines))
            if vendors.count(vendor) > 1:
                repeated += 1
                same_vendor += vendors[best] == vendor
            if cosines[best] >= ALIKE:
                near += 1
                both += vendors[best] == vendor
        return repeated, same_vendor, near, both


async def read_folder(folder: Path) -> Folder:
    schema, _ = labelled_schema(folder)
    limits, receipts = file_limits(LimitSettings()), []
    pools = {name: PoolLimits(1, 2 * 1024**3) for name in ("parse", "ocr")}
    async with aclosing(ProcessWorkbench(pools)) as workbench:
        for label in sorted((folder / "labels").glob("*.json")):
            given = orjson.loads(label.read_bytes())
            data = (folder / given["file"]).read_bytes()
            seen = await workbench.run(inspect, data, given["file"], limits, timeout_s=_CALL_S)
            opened = await workbench.run(open_file, data, seen.mime_type, limits, timeout_s=_CALL_S)
            pages = []
            for page in opened.pages:
                picture = await workbench.run(
                    draw_page, data, seen.mime_type, page.number, limits, timeout_s=_CALL_S
                )
                found = await workbench.run(read_image, picture, timeout_s=_CALL_S, pool="ocr")
                pages.append(page_read(page, found))
            receipts.append(receipt_of(tuple(pages), given["fields"], schema))
    return Folder(schema, receipts)


def receipt_of(pages: tuple[Page, ...], truth: Mapping[str, str | None], schema: JsonObject) -> Receipt:
    extraction = read_fields(pages, schema)
    read = fields_of_extraction(extraction, pages, schema).fields
    return Receipt(uuid4(), pages, truth, extraction, read)


def report(folder: Folder) -> str:
    everybody = list(range(len(folder.receipts)))
    lines = [
        "| learnt from | read | company | date | total | three | address | accepted | wrong among them |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
        _row("nothing", len(everybody), folder.scored([], everybody)),
    ]
    shuffled = everybody[:]
    random.Random(7).shuffle(shuffled)
    for count in (10, 20, 30):
        if count < len(everybody):
            rest = shuffled[30:]
            if count == 10:
                lines.append(_row("nothing, of the 30 kept apart", len(rest), folder.scored([], rest)))
            lines.append(_row(f"{count} others", len(rest), folder.scored(shuffled[:count], rest)))
    lines.append(
        _row("all others, one left out at a time", len(everybody), folder.scored(everybody, everybody))
    )
    repeated, same_vendor, near, both = folder.neighbours()
    lines.append("")
    lines.append(
        f"{repeated} of {len(everybody)} documents have a vendor that another one has, too; the nearest document is of the "
        f"same vendor for {same_vendor} of them. {near} documents have a neighbour at {ALIKE} or more; for {both} it is of "
        "the same vendor."
    )
    return "\n".join(lines)


async def lookup_figures(remembered: int = 10_000) -> str:
    """What a look-up among so many remembered documents of one client and type costs, on a database of its own."""
    with open_server() as server:
        database = Database((await server.clone()).app, pool_size=2)
        async with aclosing(database):
            tenancy = await add_tenancy(database, "acme")
            await _fill(database, tenancy, remembered)
            index, vector = VendorIndex(database), _random(np.random.default_rng(8), 1)[0]
            first = await _timed(lambda: index.any_of(tenancy.client_id, tenancy.process_type_id))
            before = time.process_time()
            again = [await _timed(lambda: _look(index, tenancy, vector)) for _ in range(50)]
            cpu_ms = 1000 * (time.process_time() - before) / 50
    return (
        f"{remembered:,} remembered documents of one client and type: reading them the first time {first:.0f} ms; then a "
        f"look-up with what is new since, the scan and the nearest ones' details: median {sorted(again)[25]:.1f} ms, worst "
        f"{max(again):.1f} ms, {cpu_ms:.1f} ms of it processor time; {remembered * PLACES * 4 / 2**20:.0f} MiB of memory."
    )


async def _look(index: VendorIndex, tenancy: Tenancy, vector: Vector) -> None:
    await index.any_of(tenancy.client_id, tenancy.process_type_id)
    await index.recalled(tenancy.client_id, tenancy.process_type_id, vector)


async def _timed(call: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await call()
    return 1000 * (time.perf_counter() - began)


async def _fill(database: Database, tenancy: Tenancy, count: int) -> None:
    vectors = _random(np.random.default_rng(7), count)
    vectors[: count // 100] = _random(np.random.default_rng(8), 1)[0]
    async with database.client(tenancy.client_id) as session:
        ids = [uuid4() for _ in range(count)]
        shared = {
            "client_id": tenancy.client_id,
            "process_type_id": tenancy.process_type_id,
            "config_version": 1,
        }
        await session.execute(
            insert(Process),
            [{**shared, "process_id": one, "status": "completed", "current_stage": "OUTPUT"} for one in ids],
        )
        await session.execute(
            insert(VendorMemory),
            [
                {
                    **shared,
                    "document_id": one,
                    "process_id": one,
                    "vendor_key": f"name:vendor{at % 500}",
                    "vector": packed(vectors[at]),
                    "knowledge": {},
                    "updated_at": datetime.now(UTC) - timedelta(hours=1 + at),
                }
                for at, one in enumerate(ids)
            ],
        )


def _random(generator: np.random.Generator, count: int) -> Vector:
    vectors = generator.standard_normal((count, PLACES), dtype=np.float32)
    scaled: Vector = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return scaled


def misled(folder: Folder) -> str:
    """Each receipt with templates that point at other amounts and days of its own page: how many wrong ones pass."""
    evaluation, templates = Evaluation(THRESHOLD), 0
    for receipt, lesson in zip(folder.receipts, folder.lessons, strict=True):
        sheet, wrong = Sheet(receipt.pages), []
        for spec in folder.specs:
            found = _other_places(sheet, spec, receipt.truth.get(spec.path))
            wrong += [Template(uuid4(), lesson.vendor_key, spec.path, place) for place in found[:1]]
        templates += len(wrong)
        known = Memory(receipt.document_id, lesson.vendor_key, lesson.vendor_name, 1.0, Knowledge())
        heard = with_voices(
            receipt.extraction, receipt.pages, folder.schema, Recalled((known,), tuple(wrong))
        )
        read = fields_of_extraction(heard, receipt.pages, folder.schema).fields
        for spec in folder.specs:
            evaluation.count(spec, receipt.truth.get(spec.path), read.get(spec.path), day_first=True)
    before = folder.scored([], range(len(folder.receipts))).total
    total = evaluation.total
    return (
        f"{templates} templates that point at a wrong amount or day: of {total.accepted} values accepted {total.slipped} are "
        f"wrong; without them of {before.accepted} {before.slipped}."
    )


def _other_places(sheet: Sheet, spec: FieldSpec, truth: str | None) -> list[Place]:
    if spec.kind not in (FieldKind.MONEY, FieldKind.DATE):
        return []
    right = _printed(spec, truth)
    return [
        place_of(sheet, spec.kind, Standing(line, one.start, one.end))
        for line in sheet.lines
        for one in values_in(line, spec.kind)
        if not same_value(spec.kind, one.value, right) and (spec.kind is FieldKind.DATE or one.has_decimals)
    ]


def _row(learnt: str, count: int, found: Evaluation) -> str:
    f1 = {name: 100 * score.f1 for name, score in found.fields.items()}
    three = 100 * sum((found.fields[name] for name in THREE), FieldScore()).f1
    total = found.total
    wrong = 100 * total.slipped / max(1, total.accepted)
    return (
        f"| {learnt} | {count} | {f1['company']:.1f} | {f1['date']:.1f} | {f1['total']:.1f} | {three:.1f} | {f1['address']:.1f} | "
        f"{total.accepted} of {total.read} | {total.slipped} ({wrong:.1f} %) |"
    )


def _right(spec: FieldSpec, read: ReadField | None, truth: str | None) -> bool:
    value = read.value if read else None
    return value is truth is None or (
        value is not None and truth is not None and same(spec.kind, value, truth)
    )


def _printed(spec: FieldSpec, truth: str | None) -> str | None:
    if truth is None:
        return None
    value = canonical(spec.kind, truth)
    return truth if value is None else str(value)


if __name__ == "__main__":
    given = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT.parent / "shared" / "data" / "sroie"
    receipts = asyncio.run(read_folder(given))
    print(report(receipts))
    print(f"\n{misled(receipts)}")
    print(f"\n{asyncio.run(lookup_figures())}")
