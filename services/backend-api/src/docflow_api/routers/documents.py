import asyncio
from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

import orjson
from docflow.adapters.pages.draw_words import words_png
from docflow.adapters.pages.render import render_png
from docflow.domain.access import Scope
from docflow.domain.errors import NotFound
from docflow.domain.file_types import WRITTEN
from docflow.domain.reading import TextSource
from docflow.features.documents.models import Document, PageRow
from docflow.features.documents.service import Documents
from fastapi import APIRouter, Path, Response

from docflow_api.deps import Gateway, Session, TheCaller, TheGateway, needs
from docflow_api.rendering.files import FILE_CSP, attachment
from docflow_api.schemas.documents import DocumentOut, PageWordsOut, WordOut, WordsOut, document_out
from docflow_api.schemas.problem import problems

router = APIRouter(prefix="/v1/documents", tags=["documents"])
RENDER_S = 20.0
_BINARY = {"schema": {"type": "string", "format": "binary"}}


@router.get(
    "/{document_id}",
    operation_id="get_document",
    responses=problems(404),
    dependencies=[needs(Scope.PROCESSES_READ)],
)
async def get_document(document_id: UUID, caller: TheCaller, session: Session) -> DocumentOut:
    """One document."""
    return document_out(await Documents(session, caller.client).get(document_id))


@router.get(
    "/{document_id}/file",
    operation_id="get_document_file",
    response_class=Response,
    responses={
        200: {"content": {"*/*": _BINARY}, "description": "The file as it was sent, of its own type"},
        **problems(404),
    },
    dependencies=[needs(Scope.RESULTS_READ)],
)
async def get_document_file(document_id: UUID, caller: TheCaller, gateway: TheGateway) -> Response:
    """The original, as an attachment that no browser runs."""
    document = await _found(gateway, caller.client, document_id)
    headers = {
        "Content-Disposition": attachment(document.file_name),
        "Content-Security-Policy": FILE_CSP,
        "X-Content-Type-Options": "nosniff",
    }
    data = await gateway.container.blobs.get(document.blob_key)
    return Response(data, media_type=document.mime_type, headers=headers)


@router.get(
    "/{document_id}/pages/{number}",
    operation_id="get_document_page",
    response_class=Response,
    responses={
        200: {"content": {"image/png": _BINARY}, "description": "The page as a picture"},
        **problems(404, 415, 422),
    },
    dependencies=[needs(Scope.RESULTS_READ)],
)
async def get_document_page(
    document_id: UUID,
    number: Annotated[int, Path(ge=1, le=100_000)],
    caller: TheCaller,
    gateway: TheGateway,
) -> Response:
    """One page, from 1, drawn at 150 dots per inch."""
    document = await _found(gateway, caller.client, document_id)
    draw = _written_page if document.mime_type in WRITTEN else _own_page
    picture = await draw(gateway, document, number)
    headers = {"Content-Security-Policy": FILE_CSP, "Cache-Control": "private, max-age=3600"}
    return Response(picture, media_type="image/png", headers=headers)


@router.get(
    "/{document_id}/words",
    operation_id="get_document_words",
    responses=problems(404),
    dependencies=[needs(Scope.RESULTS_READ)],
)
async def get_document_words(document_id: UUID, caller: TheCaller, gateway: TheGateway) -> WordsOut:
    """Every word with its place, page by page."""
    async with gateway.container.database.client(caller.client) as session:
        documents = Documents(session, caller.client)
        await documents.get(document_id)
        pages = await documents.pages([document_id])
    read = await asyncio.gather(*(_words(gateway, page) for page in pages))
    shown = [_page_words(page, words) for page, words in zip(pages, read, strict=True)]
    return WordsOut(document_id=document_id, pages=shown)


async def _own_page(gateway: Gateway, document: Document, number: int) -> bytes:
    container = gateway.container
    data = await container.blobs.get(document.blob_key)
    pixels = container.settings.limits.page_pixels
    pose = await _pose(gateway, document, number)
    return await container.workbench.run(
        render_png, data, document.mime_type, number, pixels, pose, timeout_s=RENDER_S
    )


async def _pose(gateway: Gateway, document: Document, number: int) -> tuple[int, float]:
    """How a page that was read as a picture is turned and straightened, so that its words' places fit."""
    page = await _page_row(gateway, document, number)
    if page is None or page.words_key is None or page.source != TextSource.OCR:
        return 0, 0.0
    kept: dict[str, Any] = orjson.loads(await gateway.container.blobs.get(page.words_key))
    return kept.get("rotation", 0), kept.get("skew", 0.0)


async def _page_row(gateway: Gateway, document: Document, number: int) -> PageRow | None:
    async with gateway.container.database.client(document.client_id) as session:
        pages = await Documents(session, document.client_id).pages([document.document_id])
    return next((page for page in pages if page.number == number), None)


async def _written_page(gateway: Gateway, document: Document, number: int) -> bytes:
    """Text, tables and mails have no pages of their own: what was read is drawn where it was placed."""
    container = gateway.container
    page = await _page_row(gateway, document, number)
    if page is None or page.words_key is None:
        raise NotFound("no such page, or not read yet")
    words = await container.blobs.get(page.words_key)
    return await container.workbench.run(
        words_png, words, container.settings.limits.page_pixels, timeout_s=RENDER_S
    )


async def _found(gateway: Gateway, client_id: UUID, document_id: UUID) -> Document:
    """In a transaction of its own: none is held while a file is read."""
    async with gateway.container.database.client(client_id) as session:
        return await Documents(session, client_id).get(document_id)


async def _words(gateway: Gateway, page: PageRow) -> Sequence[Sequence[Any]]:
    if page.words_key is None:
        return ()
    stored: dict[str, Any] = orjson.loads(await gateway.container.blobs.get(page.words_key))
    words: Sequence[Sequence[Any]] = stored["words"]
    return words


def _page_words(page: PageRow, words: Sequence[Sequence[Any]]) -> PageWordsOut:
    return PageWordsOut(
        page=page.number,
        width=page.width,
        height=page.height,
        rotation=page.rotation,
        source=page.source,
        words=[WordOut(text=text, box=box, confidence=confidence) for text, *box, confidence in words],
    )
