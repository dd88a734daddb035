from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

import orjson
from docflow.domain.access import Scope
from docflow.domain.concurrently import concurrently
from docflow.domain.outcomes import Place
from docflow.features.documents.models import Document, PageRow
from docflow.features.documents.service import Documents
from fastapi import APIRouter, Depends, Path, Query, Response

from docflow_api.deps import Gateway, Session, TheCaller, TheGateway, needs
from docflow_api.page_pictures import PagePictures, box_of
from docflow_api.rendering.files import FILE_CSP, attachment
from docflow_api.schemas.documents import DocumentOut, PageWordsOut, WordOut, WordsOut, document_out
from docflow_api.schemas.problem import problems

router = APIRouter(prefix="/v1/documents", tags=["documents"])
PAGES_AT_ONCE = 8
_BINARY = {"schema": {"type": "string", "format": "binary"}}


async def _own(document_id: UUID, caller: TheCaller, gateway: TheGateway) -> Document:
    """Another client's id is 404 whatever the query holds, so it is looked up before the query is judged."""
    return await _found(gateway, caller.client, document_id)


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
    return _picture(await PagePictures(gateway.container).whole(document, number))


@router.get(
    "/{document_id}/pages/{number}/crop",
    operation_id="get_document_page_crop",
    response_class=Response,
    responses={
        200: {"content": {"image/png": _BINARY}, "description": "A part of the page as a picture"},
        **problems(404, 415, 422),
    },
    dependencies=[needs(Scope.RESULTS_READ)],
)
async def get_document_page_crop(
    document: Annotated[Document, Depends(_own)],
    number: Annotated[int, Path(ge=1, le=100_000)],
    box: Annotated[
        str,
        Query(
            max_length=200,
            description="`x0,y0,x1,y1` in fractions of the page as it is shown, as a field of a result has it",
            examples=["0.62,0.81,0.93,0.84"],
        ),
    ],
    gateway: TheGateway,
) -> Response:
    """A box on a page with an outline and some of what stands around it, for who cannot see the whole, as in a chat."""
    place = Place(number, box_of(box, "/query/box"))
    return _picture(await PagePictures(gateway.container).part(document, place))


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
    read = await concurrently(lambda page: _words(gateway, page), pages, at_once=PAGES_AT_ONCE)
    shown = [_page_words(page, words) for page, words in zip(pages, read, strict=True)]
    return WordsOut(document_id=document_id, pages=shown)


def _picture(png: bytes) -> Response:
    headers = {"Content-Security-Policy": FILE_CSP, "Cache-Control": "private, max-age=3600"}
    return Response(png, media_type="image/png", headers=headers)


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
