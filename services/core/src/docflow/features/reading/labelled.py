"""What a page shows for a field. A model names a value; whether its label stands there, and beside which others, it does not
tell.
"""

from docflow.domain.comparing import number
from docflow.domain.json_types import JsonScalar
from docflow.domain.output_schema import FieldSpec
from docflow.domain.page_values import values_in
from docflow.domain.values.iban import normal_iban
from docflow.domain.values.kinds import FieldKind, text_key
from docflow.features.reading.grounding import Located, label_before

_LABELLED = frozenset({FieldKind.MONEY, FieldKind.DATE, FieldKind.ID})
#: What a total is called where the schema names no labels.
_USUAL = {
    "grand_total": ("total", "total amount", "amount due", "gesamtbetrag"),
    "total": ("grand total", "total amount"),
}


class Labelled:
    """Of one document: the values that have a field's label right before them."""

    def __init__(self, located: Located) -> None:
        self._located = located
        self._labelled: dict[FieldKind, list[tuple[str, JsonScalar]]] = {}

    def shows(self, spec: FieldSpec, value: JsonScalar) -> bool:
        """Whether the value itself has its field's label before it."""
        return _comparable(value) in self._named(spec)

    def rivals(self, spec: FieldSpec, value: JsonScalar) -> int:
        """How many others have it; of accounts, how many others there are."""
        if spec.kind is FieldKind.IBAN:
            return len(self._located.accounts - {normal_iban(str(value))})
        return len(self._named(spec) - {_comparable(value)})

    def _named(self, spec: FieldSpec) -> set[object]:
        if spec.kind not in _LABELLED:
            return set()
        labels = labels_of(spec)
        return {_comparable(other) for label, other in self._values(spec.kind) if label in labels}

    def _values(self, kind: FieldKind) -> list[tuple[str, JsonScalar]]:
        if kind not in self._labelled:
            self._labelled[kind] = [
                (label_before(line.text[: found.start]), found.value)
                for line in self._located.lines
                for found in values_in(line, kind)
            ]
        return self._labelled[kind]


def labels_of(spec: FieldSpec) -> frozenset[str]:
    """What a page may call a field, as keys."""
    called = (*spec.labels, spec.name.replace("_", " "), *_USUAL.get(spec.name, ()))
    return frozenset(text_key(label) for label in called)


def _comparable(value: JsonScalar) -> object:
    read = number(value)
    return text_key(str(value)) if read is None else abs(read)
