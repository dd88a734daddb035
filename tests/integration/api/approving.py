"""Completed documents with their final values, as reading and a reviewer leave them."""

from collections.abc import Mapping
from uuid import UUID, uuid4

from docflow.db.database import Database
from docflow.domain.ids import new_id
from docflow.features.reviews.models import Review
from docflow.testing.blobs import MemoryBlobs
from docflow.testing.factories import Tenancy, add_document, add_page, add_process

from tests.integration.api.words import words


def final(values: Mapping[str, object]) -> dict[str, object]:
    fields = {
        name: {"value": value, "confidence": 1.0, "page": 1, "box": None, "source": "human", "checks": []}
        for name, value in values.items()
    }
    return {"fields": fields, "tables": {}, "data": dict(values), "documents": []}


async def approved(
    database: Database, tenancy: Tenancy, values: Mapping[str, object], *, by_a_person: bool = False
) -> UUID:
    """The document's id."""
    process_id = await add_process(
        database, tenancy, status="completed", current_stage="OUTPUT", extraction_result=final(values)
    )
    document_id = await add_document(
        database,
        tenancy.client_id,
        process_id,
        status="completed",
        text_source="text_layer",
        ocr_confidence=1,
        extracted_data={"fields": {}, "tables": {}},
    )
    if by_a_person:
        async with database.client(tenancy.client_id) as session:
            session.add(
                Review(
                    review_id=new_id(),
                    client_id=tenancy.client_id,
                    process_id=process_id,
                    stage="INTELLIGENT_PROCESS",
                    status="decided",
                    decision="approve",
                )
            )
    return document_id


async def with_words(
    database: Database,
    blobs: MemoryBlobs,
    tenancy: Tenancy,
    document_id: UUID,
    lines: tuple[tuple[str, str], ...],
) -> None:
    """Give the document one page with these lines."""
    key = f"{tenancy.client_id}/{uuid4()}.words/1"
    await blobs.put(key, words(lines))
    await add_page(database, tenancy.client_id, document_id, key)
