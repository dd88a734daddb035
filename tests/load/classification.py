"""How well documents are told apart. `python -m tests.load.classification`

The labelled sets beside the repository, against the seeded types and some a client might add. Writes its section of
docs/quality.md. Words read by OCR are kept as `tests.load.reading` keeps them.
"""

import asyncio
import os
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from docflow.db.database import Database
from docflow.db.seed import load
from docflow.domain.reading import Page
from docflow.features.classification.repository import TypeCatalog
from docflow.features.classification.scoring import (
    SURE,
    Guess,
    KnownType,
    ranked,
    seen_of,
    strongly_other,
)
from docflow.features.splitting.cuts import GOES_ON, LIKELY, are_sure, proposed, scored
from docflow.features.splitting.cuts import SURE as SURE_CUT
from docflow.testing.database import open_server
from docflow.testing.factories import add_client

from tests.integration.reading.test_shared_sets import SHARED
from tests.load.reading import read_pages

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "quality.md"
HEADING = "## Which type a document is of\n"
INTRO = f"""{HEADING}
Measured by `python -m tests.load.classification`: every document against the five sample types and four more that a client
might have, so nine to choose from, with nothing learned yet. "Sure" is a confidence of {SURE:.2f} and more, which needs no
person; below it a reviewer is asked. "Mismatch" counts documents that were named rightly and would still be held as
strongly of another type. A specimen passport is of no type: asking is right. The rules were made with these documents.

| set | documents | sure and right | asked | sure and wrong | likeliest is right | mismatch |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |
"""
STACKS = f"""
### Stacks

Whole documents of the sets above, two to five after each other as one file, cut where another one seems to begin with {LIKELY:.2f}
and more. What is found holds the process for a person; what is missed is read as one document. Two documents without
numbered pages, headings or numbers of their own, such as two receipts, are what is missed.

| stacks | cuts | found | wrong | precision % | recall % | stacks cut exactly |
| ---: | ---: | ---: | ---: | ---: | ---: | ---: |
"""
SURE_STACKS = f"""
A stack is cut with nobody looking where a page scores {SURE_CUT:.2f} or more and every page that does not scores {GOES_ON:.2f} or
less; everything between leaves it to a person. Of other stacks, made by the same chance:

| stacks | cut with nobody looking | of these exactly | cuts made | wrong | missed |
| ---: | ---: | ---: | ---: | ---: | ---: |
"""
SURE_STACKS_MADE = 2000
STACKED = ("e-invoices", "invoices-saas", "invoice2data", "sroie", "forms-us", "bank-statements")
STACKS_MADE = 200
#: What a client may have beside the platform's types.
OWN = (
    KnownType("acme.lease", "Lease", "Leases of offices and shops"),
    KnownType("acme.delivery_note", "Delivery note"),
    KnownType("acme.purchase_order", "Purchase order"),
    KnownType("acme.insurance", "Insurance policy", "Policies and certificates of insurance"),
)
#: The type of all documents of a set, or by the beginning of the file's name.
TYPES: Mapping[str, Mapping[str, str | None]] = {
    "e-invoices": {"": "simple_invoice"},
    "invoices-saas": {"": "simple_invoice"},
    "invoice2data": {"": "simple_invoice"},
    "sroie": {"": "expense_receipt"},
    "payslips-receipts-de": {"payslip": "payroll_v1", "receipt": "expense_receipt"},
    "forms-us": {"invoice": "simple_invoice", "": "us_tax_form"},
    "bank-statements": {"": "bank_statement"},
    "identity-specimen": {"": None},
}


@dataclass(slots=True)
class Tally:
    documents: int = 0
    right: int = 0
    asked: int = 0
    wrong: int = 0
    likeliest: int = 0
    mismatch: int = 0

    def count(self, guesses: Sequence[Guess], wanted: str | None, types: Sequence[KnownType]) -> None:
        best = guesses[0]
        is_right = best.process_type_id == wanted
        self.documents += 1
        self.likeliest += is_right
        self.asked += best.confidence < SURE
        self.right += is_right and best.confidence >= SURE
        self.wrong += not is_right and best.confidence >= SURE
        self.mismatch += wanted is not None and strongly_other(guesses, wanted, types) is not None

    def add(self, other: "Tally") -> None:
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def row(self, name: str) -> str:
        numbers = (self.documents, self.right, self.asked, self.wrong, self.likeliest, self.mismatch)
        return f"| {name} | {' | '.join(map(str, numbers))} |"


def measure() -> Mapping[str, float]:
    """Writes the section; answers with shares of all documents that have a type."""
    types = (*asyncio.run(_seeded_types()), *OWN)
    rows, whole, seconds = [], Tally(), list[float]()
    for name in TYPES:
        tally = Tally()
        for path, wanted in _documents(name):
            opened, pages = read_pages(path, [])
            began = time.perf_counter()
            guesses = ranked(seen_of(pages, is_e_invoice=opened.invoice is not None), types)
            seconds.append(time.perf_counter() - began)
            tally.count(guesses, wanted, types)
        rows.append(tally.row(name))
        whole.add(tally)
    rows.append(whole.row("**all**"))
    told = (
        f"\nMilliseconds a document, beside reading it: median {1000 * median(seconds):.1f}, worst {1000 * max(seconds):.1f}, at a"
        f" load of {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors.\n"
    )
    cuts, cut_rows = _stacks()
    text = INTRO + "\n".join(rows) + "\n" + told + STACKS + cut_rows
    PAGE.write_text(with_section(PAGE.read_text(encoding="utf-8"), text), encoding="utf-8")
    print(text)
    typed = whole.documents - 1
    return {
        "type_sure_and_right_share": whole.right / typed,
        "type_sure_and_wrong_share": whole.wrong / typed,
        "type_mismatch_share": whole.mismatch / typed,
        **cuts,
    }


def _stacks() -> tuple[Mapping[str, float], str]:
    """Stacks of whole documents, by chance but the same each time; and every document alone."""
    single = [
        tuple(pages) for name in STACKED for path, _ in _documents(name) if (pages := read_pages(path, [])[1])
    ]
    several = [pages for pages in single if len(pages) > 1]
    cut_wrongly = sum(bool(proposed(pages)) for pages in several)
    chance = random.Random(4)
    found = missed = wrong = whole = 0
    for _ in range(STACKS_MADE):
        pages, starts = _stack(chance.sample(single, chance.randint(2, 5)))
        cuts = {cut.page for cut in proposed(pages)}
        found, missed, wrong = (
            found + len(cuts & starts),
            missed + len(starts - cuts),
            wrong + len(cuts - starts),
        )
        whole += cuts == starts
    sure, sure_rows = _sure_stacks(single, several)
    precision, recall = found / (found + wrong), found / (found + missed)
    rows = (
        f"| {STACKS_MADE} | {found + missed} | {found} | {wrong} | {100 * precision:.1f} | {100 * recall:.1f} | {whole} |\n"
        f"\nDocuments of several pages: {len(several)}, of which {cut_wrongly} would be held as a stack.\n"
    )
    rows += SURE_STACKS + sure_rows
    return {
        **sure,
        "cut_precision": precision,
        "cut_recall": recall,
        "cut_wrongly_share": cut_wrongly / len(several),
    }, rows


def _sure_stacks(
    single: Sequence[Sequence[Page]], several: Sequence[Sequence[Page]]
) -> tuple[Mapping[str, float], str]:
    """What is cut with nobody looking, and what of it is right."""
    chance = random.Random(12)
    cut = exactly = right = wrong = missed = 0
    for _ in range(SURE_STACKS_MADE):
        pages, starts = _stack(chance.sample(single, chance.randint(2, 5)))
        cuts = scored(pages)
        if not are_sure(cuts):
            continue
        made = {each.page for each in cuts if each.score >= LIKELY}
        cut, exactly = cut + 1, exactly + (made == starts)
        right, wrong, missed = (
            right + len(made & starts),
            wrong + len(made - starts),
            missed + len(starts - made),
        )
    alone = [scored(pages) for pages in several]
    worst = max(each.score for cuts in alone for each in cuts)
    rows = (
        f"| {SURE_STACKS_MADE} | {cut} | {exactly} | {right + wrong} | {wrong} | {missed} |\n"
        f"\nOf the {len(several)} documents of several pages {sum(map(are_sure, alone))} would be cut; of the"
        f" {sum(map(len, alone))} pages on which they go on the one most like a beginning scores {worst:.2f}. The weights were"
        " set on these documents, and so few pages that go on leave room for a wrong cut in other mail.\n"
    )
    return {"sure_stacks_exact_share": exactly / cut, "sure_stacks_share": cut / SURE_STACKS_MADE}, rows


def _stack(documents: Sequence[Sequence[Page]]) -> tuple[list[Page], set[int]]:
    pages: list[Page] = []
    starts = set()
    for document in documents:
        starts.add(len(pages) + 1)
        pages += [replace(page, number=len(pages) + at) for at, page in enumerate(document, 1)]
    return pages, starts - {1}


def with_section(page: str, section: str) -> str:
    """The page with this section as its last, in place of an earlier one."""
    return page.partition(HEADING)[0].rstrip("\n") + "\n\n" + section


def section_of(page: str) -> str:
    _, heading, rest = page.partition(HEADING)
    return heading + rest


def _documents(name: str) -> Iterator[tuple[Path, str | None]]:
    folder = SHARED / "data" / name / ("images" if name == "sroie" else "files")
    for path in sorted(folder.iterdir()):
        found = [wanted for start, wanted in TYPES[name].items() if path.name.startswith(start)]
        yield path, found[0]


async def _seeded_types() -> Sequence[KnownType]:
    with open_server() as server:
        urls = await server.clone()
        await load(urls.admin)
        database = Database(urls.app, pool_size=1)
        try:
            return await TypeCatalog(database).of(await add_client(database, "newcomer"))
        finally:
            await database.aclose()
            await server.drop_all()


if __name__ == "__main__":
    measure()
