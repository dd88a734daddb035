"""What was read off a document: words with places, fields with evidence.

Boxes are fractions of the page, origin at the top left: (x0, y0, x1, y1) with 0 <= x0 <= x1 <= 1.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from docflow.domain.confidence import Weighed
from docflow.domain.json_types import JsonObject, JsonScalar

Box = tuple[float, float, float, float]


class TextSource(StrEnum):
    """Where the words of a document came from."""

    XML = "xml"
    TEXT_LAYER = "text_layer"
    OCR = "ocr"


class FieldSource(StrEnum):
    """Where the value of a field came from."""

    XML = "xml"
    TEXT_LAYER = "text_layer"
    OCR = "ocr"
    LLM = "llm"
    TEMPLATE = "template"
    HUMAN = "human"
    PLUGIN = "plugin"
    """Stated by a plugin; it stands on no page."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word or one recognised line; `confidence` 0..1 (1 for a text layer)."""

    text: str
    box: Box
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Page:
    """The words of one page in reading order. `number` starts at 1; width and height in PDF points or pixels.

    A page is as its reader holds it: where it was read as a picture, `rotation` (0, 90, 180 or 270 degrees clockwise) and
    then `skew` (degrees counterclockwise) make the stored picture upright and straight, and places are on that one. Of a
    text layer `rotation` is what the file itself asks for.
    """

    number: int
    width: float
    height: float
    words: tuple[Word, ...]
    source: TextSource
    rotation: int = 0
    skew: float = 0.0


@dataclass(frozen=True, slots=True)
class ReadPicture:
    """What an engine read off a picture; places are on the picture turned and straightened, as on a Page."""

    words: tuple[Word, ...]
    rotation: int = 0
    skew: float = 0.0


@dataclass(frozen=True, slots=True)
class Check:
    """The outcome of one test of a value, such as a checksum or an equation."""

    code: str
    ok: bool
    message: str = ""


@dataclass(frozen=True, slots=True)
class ReadField:
    """A value with its evidence.

    `value` is canonical: a plain decimal string for money and numbers kept exact, an ISO date, a string or a
    number; None = not on the document. `text` is the value as printed. `confidence` is 0..1 and made from evidence.
    `rivals` counts other candidates that were equally good (0 = unique).
    """

    value: JsonScalar
    confidence: float
    source: FieldSource
    text: str = ""
    page: int | None = None
    box: Box | None = None
    rivals: int = 0
    checks: tuple[Check, ...] = ()
    weighed: Weighed | None = None
    """What the confidence was made of; None of a cell of a table, of a value that was stated, and of none."""

    def as_json(self) -> JsonObject:
        """The shape of a field in a result (api.md: `value, confidence, page, box, source, checks`)."""
        return {
            "value": self.value,
            "confidence": round(self.confidence, 4),
            "page": self.page,
            "box": [round(x, 5) for x in self.box] if self.box else None,
            "source": self.source.value,
            "text": self.text,
            "checks": [{"code": c.code, "ok": c.ok, "message": c.message} for c in self.checks],
            **({"evidence": self.weighed.as_json()} if self.weighed else {}),
        }

    @classmethod
    def from_json(cls, data: JsonObject) -> "ReadField":
        box = data.get("box")
        return cls(
            value=data.get("value"),
            confidence=float(data.get("confidence", 0)),
            source=FieldSource(data["source"]),
            text=data.get("text", ""),
            page=data.get("page"),
            box=(box[0], box[1], box[2], box[3]) if box else None,
            checks=tuple(Check(c["code"], c["ok"], c.get("message", "")) for c in data.get("checks", ())),
            weighed=Weighed.from_json(data["evidence"]) if data.get("evidence") else None,
        )


Row = dict[str, ReadField]


@dataclass(frozen=True, slots=True)
class FraudFlag:
    """A signal a person can look at; `score` 0..1. `evidence` holds ids, places and field names."""

    code: str
    family: str
    score: float
    message: str
    evidence: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Classification:
    process_type_id: str
    confidence: float

    def as_json(self) -> JsonObject:
        return {"process_type_id": self.process_type_id, "confidence": self.confidence}
