from typing import Annotated
from uuid import UUID

from docflow.domain.values.kinds import FieldKind
from pydantic import ConfigDict, Field, model_validator

from docflow_api.schemas.base import Schema
from docflow_api.schemas.documents import WordOut

Fraction = Annotated[float, Field(strict=True, ge=0, le=1)]


class RegionIn(Schema):
    """`page` starts at 1; `box` is [x0, y0, x1, y1] in fractions of the page as it is shown, origin at the top left."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"page": 1, "box": [0.6, 0.8, 0.95, 0.85], "kind": "money"}]},
    )

    page: int = Field(strict=True, ge=1, le=100_000)
    box: tuple[Fraction, Fraction, Fraction, Fraction]
    kind: FieldKind | None = None
    """What the value is typed as; left out = no value, the text alone."""

    @model_validator(mode="after")
    def _has_an_area(self) -> "RegionIn":
        if self.box[2] <= self.box[0] or self.box[3] <= self.box[1]:
            raise ValueError("x0 < x1 and y0 < y1")
        return self


class RegionOut(Schema):
    """`value` is `text` in the canonical form of `kind`; null where it states none, or no kind was asked for.

    `source` is `text_layer` for words of the file itself and `ocr` for what was read again, larger; `confidence` is the mean of
    the words', 0 without any.
    """

    document_id: UUID
    page: int
    box: tuple[float, float, float, float]
    text: str
    words: list[WordOut]
    source: str
    confidence: float
    kind: FieldKind | None
    value: str | float | bool | None
