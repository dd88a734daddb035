"""What conditions of a workflow may ask of a process: all that rules may ask, and what is known of the process itself.

Beside the names of `facts.py` stand `fields` (as `data`), `findings` {errors, warnings, codes}, `source` and `metadata`. What a
document was taken for is not among them.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC

from docflow.domain.comparing import number
from docflow.domain.expressions.types import ListOf, Plain, Record, Type, Value
from docflow.domain.facts import About, Facts, Known, known_of
from docflow.domain.jobs import ProcessState
from docflow.domain.json_types import JsonObject, JsonValue
from docflow.domain.stages import Severity, Stage

_MAX_DEPTH = 8
"""Of metadata; what lies deeper counts as missing."""

_AT_THE_DOOR: Mapping[str, Type] = {
    "process_type_id": Plain.TEXT,
    "received_on": Plain.DATE,
    "source": Plain.TEXT,
    "metadata": Record(others=Plain.ANY),
}
_OF_CHECKS: Mapping[str, Type] = {
    "findings": Record({"errors": Plain.NUMBER, "warnings": Plain.NUMBER, "codes": ListOf(Plain.TEXT)}),
}


def names_behind(stage: Stage, output_schema: JsonObject) -> Record:
    """The names that a condition may use once that stage is done."""
    if stage is Stage.INGEST:
        return Record(_AT_THE_DOOR)
    read = known_of(output_schema).names.names
    own = {**read, "fields": read["data"], "documents": _untyped(read["documents"])}
    return Record(
        {**own, **_AT_THE_DOOR, **({} if stage is Stage.INTELLIGENT_OCR else _OF_CHECKS)},
    )


def _untyped(documents: Type) -> Type:
    if not isinstance(documents, ListOf) or not isinstance(documents.item, Record):
        return documents
    return ListOf(Record({name: kind for name, kind in documents.item.names.items() if name != "type"}))


class ProcessFacts(Mapping[str, Value]):
    """The facts of one process with `changes` to its columns laid over it, each made when it is first asked for."""

    def __init__(self, process: ProcessState, changes: Mapping[str, JsonValue], output_schema: JsonObject):
        self._process = process
        self._changes = changes
        self._known: Known = known_of(output_schema)
        self._read = Facts(self._known, self._about())

    def __getitem__(self, name: str) -> Value:
        match name:
            case "fields":
                return self._read["data"]
            case "findings":
                return _findings(self._column("validation_result"))
            case "source":
                return self._process.ingestion_source
            case "metadata":
                return _plain(self._process.metadata)
            case _:
                return self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(names_behind(Stage.OUTPUT, {}).names.keys() | self._read.keys())

    def __len__(self) -> int:
        return len(list(iter(self)))

    def _about(self) -> About:
        confidence = self._changes.get("overall_confidence", self._process.overall_confidence)
        return About(
            extraction=self._column("extraction_result"),
            classification=self._column("classification_result"),
            process_type_id=self._process.process_type_id or "",
            overall_confidence=None if confidence is None else float(confidence),
            received_on=self._process.created_at.astimezone(UTC).date(),
        )

    def _column(self, name: str) -> JsonObject:
        found = self._changes[name] if name in self._changes else getattr(self._process, name)
        return found or {}


def _findings(validation: JsonObject) -> Value:
    found: Sequence[JsonObject] = validation.get("findings") or ()
    kinds = [one.get("severity") for one in found]
    return {
        "errors": number(kinds.count(Severity.ERROR.value)),
        "warnings": number(kinds.count(Severity.WARNING.value)),
        "codes": [str(one.get("code")) for one in found],
    }


def _plain(value: JsonValue, depth: int = 0) -> Value:
    """JSON as expressions compare it."""
    if value is None or isinstance(value, str | bool) or depth > _MAX_DEPTH:
        return None if depth > _MAX_DEPTH else value
    if isinstance(value, Mapping):
        return {str(name): _plain(inner, depth + 1) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner, depth + 1) for inner in value]
    return number(value)
