from datetime import datetime
from typing import Any
from uuid import UUID

from docflow.features.vendor_memory.knowledge import Say, Template
from docflow.features.vendor_memory.models import VendorTemplate
from docflow.features.vendor_memory.places import Place, Relation
from pydantic import ConfigDict, Field

from docflow_api.schemas.base import Schema


class VendorTemplateOut(Schema):
    """`say`: `trial` = it may lift no value above the usual threshold, `proven` = it counts in full, `none` = it was
    wrong too often and is not used.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "template_id": "01900000-0000-7000-8000-0000000000f1",
                    "process_type_id": "simple_invoice",
                    "vendor_name": "Nordwind Werkzeuge GmbH",
                    "field": "grand_total",
                    "relation": "right",
                    "label": "Zu begleichen",
                    "page": 1,
                    "box": [0.71, 0.62, 0.84, 0.64],
                    "hits": 3,
                    "misses": 0,
                    "say": "proven",
                    "process_id": "01900000-0000-7000-8000-000000000002",
                    "learned_by": "user:01900000-0000-7000-8000-000000000009",
                    "created_at": "2026-11-20T12:00:00Z",
                    "updated_at": "2026-11-24T08:30:00Z",
                }
            ]
        }
    )

    template_id: UUID
    process_type_id: str
    vendor_name: str | None
    field: str
    relation: Relation = Field(description="The value stands to the right of the label, below it, or alone")
    label: str = Field(description="As printed; empty where no label is near")
    page: int = Field(description="Counted from 1, or from the end where it is negative")
    box: list[float]
    hits: int = Field(description="Approved documents on which it showed the right value")
    misses: int
    say: Say
    process_id: UUID = Field(description="Whose review taught it; erasing that erases the template")
    learned_by: str
    created_at: datetime
    updated_at: datetime


def vendor_template_out(row: VendorTemplate) -> VendorTemplateOut:
    place = Place.from_json(row.place)
    known = Template(row.template_id, row.vendor_key, row.field, place, row.hits, row.misses)
    shown: dict[str, Any] = {
        name: getattr(row, name)
        for name in VendorTemplateOut.model_fields
        if name not in ("relation", "label", "page", "box", "say")
    }
    return VendorTemplateOut(
        **shown,
        relation=place.relation,
        label=place.label,
        page=place.page,
        box=list(place.box),
        say=known.say,
    )
