"""The heading of a table: which columns it has, and where they stand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from docflow.adapters.llm.offline.labels import LabelFinder
from docflow.adapters.llm.offline.lexicon import COLUMN_BY_NAME, COLUMNS, words_of_name
from docflow.domain.lines import Line
from docflow.domain.output_schema import FieldSpec, TableSpec
from docflow.domain.page_values import FoundValue
from docflow.domain.reading import Box
from docflow.domain.values.kinds import FieldKind

LINE_TOTAL, DESCRIPTION = "line_total", "description"
#: A number this far from its heading, as a share of the page's width, belongs to no column.
REACH = 0.06


@dataclass(frozen=True, slots=True)
class Header:
    """`boxes` of the headings by concept; `others` are those of columns that nobody asked for."""

    line: Line
    boxes: Mapping[str, Box]
    others: tuple[Box, ...]

    def column_of(self, box: Box) -> tuple[str | None, float]:
        """The heading that a value stands under, None = one nobody asked for; and how far from it."""
        near = [(_distance(box, heading), concept) for concept, heading in self.boxes.items()]
        distance, concept = min(near)
        other = min((_distance(box, heading) for heading in self.others), default=1.0)
        return (None, other) if other < distance or distance >= REACH else (concept, distance)


@dataclass(frozen=True)
class Columns:
    """What a table's columns ask for, and how documents head them."""

    table: TableSpec

    @cached_property
    def wanted(self) -> Mapping[str, FieldSpec]:
        """The columns by concept; of two that ask for the same the first."""
        wanted: dict[str, FieldSpec] = {}
        for column in self.table.columns:
            wanted.setdefault(COLUMN_BY_NAME.get(column.name.lower(), column.path), column)
        return wanted

    @cached_property
    def amounts(self) -> frozenset[str]:
        """A line with one of these is a row."""
        money = {concept for concept, column in self.wanted.items() if column.kind is FieldKind.MONEY}
        return frozenset({LINE_TOTAL} if LINE_TOTAL in money else money)

    @cached_property
    def _finder(self) -> LabelFinder:
        return LabelFinder(
            {
                concept: (*COLUMNS.get(concept, ()), *column.labels, words_of_name(column.name))
                for concept, column in self.wanted.items()
            }
        )

    def header(self, line: Line, amounts: Sequence[FoundValue]) -> Header | None:
        """The columns of a header line: two of those asked for and more, one of them an amount."""
        if len(line.words) < 2 or any(found.has_decimals for found in amounts):
            return None
        boxes: dict[str, Box] = {}
        others: list[Box] = []
        for segment in line.segments():
            # "Tax  Amount" are two headings, although "tax amount" is a label.
            labels = self._finder.find(segment)
            for label in labels:
                concept = next((one for one in label.concepts if one not in boxes), None)
                if concept is None:
                    others.append(label.box)
                else:
                    boxes[concept] = label.box
            if not labels:
                others.append(segment.box)
        is_header = len(boxes) >= 2 and self.amounts & boxes.keys()
        return Header(line, boxes, tuple(others)) if is_header else None


def _distance(box: Box, heading: Box) -> float:
    return min(
        abs(box[2] - heading[2]),
        abs(box[0] - heading[0]),
        abs((box[0] + box[2] - heading[0] - heading[2]) / 2),
    )
