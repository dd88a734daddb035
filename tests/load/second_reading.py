"""What a second reading costs and spares, by each rule of when to ask for one.

    python -m tests.load.second_reading

Labelled documents with a text layer, from the sets beside the repository. The offline reader stands for the first model,
the labels for the second: one that is always right, so that this is the most a second reading can do. Required is what
nine labels in ten of a set have. Prices are the table's, for a page with its picture.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from docflow.adapters.llm.offline.reader import read_fields
from docflow.domain.field_scores import Found, outcome_of, true_values
from docflow.domain.json_types import JsonObject
from docflow.domain.model_table import ModelName, ModelTable
from docflow.domain.model_wishes import SecondReading
from docflow.domain.output_schema import OutputShape, shape_of
from docflow.domain.ports.llm import Extraction, Usage
from docflow.domain.reading import Page, ReadField
from docflow.features.reading.assembly import fields_of_extraction
from docflow.features.reading.inventory import EQUAL, OTHER, pays
from docflow_cli.evaluation import labelled_schema, wanted_of

from tests.load.reading import SHARED, read_pages

SETS = ("bank-statements", "invoice2data", "invoices-saas")
THRESHOLD = 0.80
FIRST, SECOND = ModelName("anthropic", "claude-haiku-5-5"), ModelName("anthropic", "claude-sonnet-5-5")
PAGE = Usage(tokens_input=4_500, tokens_output=700)
_MICROS = 1_000_000
_NEARLY_ALL = 0.9
#: What was asked about until November 2026, whether or not it could spare anybody anything.
_OPEN = (0.40, 0.95)


@dataclass(frozen=True, slots=True)
class Paper:
    """One document as the first model read it. `truth` has what its label names."""

    pages: tuple[Page, ...]
    schema: JsonObject
    shape: OutputShape
    extraction: Extraction
    fields: Mapping[str, ReadField]
    truth: Mapping[str, object]
    day_first: bool

    def found(self, fields: Mapping[str, ReadField], path: str) -> Found:
        spec, read = self.shape.field(path), fields[path]
        assert spec is not None
        return outcome_of(
            spec.kind,
            self.truth.get(path),
            read.value,
            read.confidence,
            threshold=THRESHOLD,
            day_first=self.day_first,
        ).found

    def read_twice(self) -> Mapping[str, ReadField]:
        agreement = {
            path: EQUAL if self.found(self.fields, path) is Found.RIGHT else OTHER
            for path, read in self.fields.items()
            if read.value is not None and true_values(self.truth.get(path))
        }
        again = replace(self.extraction, agreement=agreement)
        return fields_of_extraction(again, self.pages, self.schema).fields


@dataclass(frozen=True, slots=True)
class Told:
    """`through` without a person, and of these `wrong` with a required value that is not the true one. Costs are of all documents."""

    asked: int
    cost_usd: float
    second_usd: float
    through: int
    wrong: int


Rule = Callable[[Paper], bool]
RULES: Mapping[str, Rule] = {
    "never": lambda paper: False,
    "any required field from 0.40 to 0.95": lambda paper: any(
        read.value is not None and _OPEN[0] <= read.confidence < _OPEN[1]
        for read in _required(paper, paper.fields).values()
    ),
    "where agreement spares a look": lambda paper: pays(
        SecondReading(), paper.shape, paper.fields, UUID(int=0), threshold=THRESHOLD
    ),
}


def papers() -> list[Paper]:
    return [paper for name in SETS for paper in _papers_of(name)]


def _papers_of(name: str) -> list[Paper]:
    folder = SHARED / "data" / name
    schema, day_first = labelled_schema(folder)
    labels = [json.loads(path.read_text()) for path in sorted((folder / "labels").glob("*.json"))]
    required = [
        field
        for field in schema["properties"]
        if sum(bool(true_values(label["fields"].get(field))) for label in labels) >= _NEARLY_ALL * len(labels)
    ]
    found = []
    for label in labels:
        opened, pages = read_pages(folder / label["file"], [])
        if opened.drawn or opened.invoice is not None:
            continue
        wanted = {**wanted_of(schema, label["fields"]), "required": required}
        extraction = read_fields(pages, wanted)
        fields = fields_of_extraction(extraction, pages, wanted).fields
        found.append(
            Paper(tuple(pages), wanted, shape_of(wanted), extraction, fields, label["fields"], day_first)
        )
    return found


def told(given: Sequence[Paper], rule: Rule) -> Told:
    asked, through, wrong, second_pages = 0, 0, 0, 0
    for paper in given:
        fields = paper.fields
        if rule(paper):
            asked += 1
            second_pages += len(paper.pages)
            fields = paper.read_twice()
        required = _required(paper, fields)
        if all(read.value is not None and read.confidence >= THRESHOLD for read in required.values()):
            through += 1
            wrong += any(paper.found(fields, path) is not Found.RIGHT for path in required)
    second_usd = second_pages * _page_usd(SECOND)
    first_usd = sum(len(paper.pages) for paper in given) * _page_usd(FIRST)
    return Told(asked, first_usd + second_usd, second_usd, through, wrong)


def _required(paper: Paper, fields: Mapping[str, ReadField]) -> Mapping[str, ReadField]:
    return {spec.path: fields[spec.path] for spec in paper.shape.fields if spec.required}


def _page_usd(model: ModelName) -> float:
    cost = ModelTable().cost_micros(model, PAGE)
    assert cost is not None
    return cost / _MICROS


def measure() -> Mapping[str, float]:
    """Of the rule in force, and what asking for every open field would cost; prints the table of docs/models.md."""
    given = papers()
    found = {name: told(given, rule) for name, rule in RULES.items()}
    print(as_markdown(given, found))
    never, always, spares = found.values()
    return {
        "second_asked": spares.asked,
        "second_bill_usd": spares.cost_usd,
        "second_bill_of_all_open_usd": always.cost_usd,
        "second_spared": spares.through - never.through,
        "second_wrong_let_through": spares.wrong - never.wrong,
    }


def as_markdown(given: Sequence[Paper], found: Mapping[str, Told]) -> str:
    pages = sum(len(paper.pages) for paper in given)
    lines = [
        f"| {len(given)} text documents of {len(SETS)} labelled sets, {pages} pages, threshold {THRESHOLD:.2f} | second readings |"
        " bill | of it, second readings | through without a person | wrong among them |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    lines += [
        f"| {name} | {one.asked} | ${one.cost_usd:.3f} | {100 * one.second_usd / one.cost_usd:.0f} % | {one.through} |"
        f" {one.wrong} |"
        for name, one in found.items()
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    print(json.dumps(measure()))
