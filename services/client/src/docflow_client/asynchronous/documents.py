from collections.abc import Sequence
from uuid import UUID

from docflow_client.asynchronous.sender import AsyncSender
from docflow_client.calls import Call, as_bytes, as_model
from docflow_client.models.documents import Document, Words


class AsyncDocuments:
    """The files of processes."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    async def get(self, document_id: UUID | str) -> Document:
        return await self._sender.send(Call("GET", f"/v1/documents/{document_id}", as_model(Document)))

    async def file(self, document_id: UUID | str) -> bytes:
        """The original, as it came."""
        call = Call("GET", f"/v1/documents/{document_id}/file", as_bytes, timeout_s=300.0)
        return await self._sender.send(call)

    async def page(self, document_id: UUID | str, page: int) -> bytes:
        """A picture (PNG) of a page; the first is 1."""
        return await self._sender.send(Call("GET", f"/v1/documents/{document_id}/pages/{page}", as_bytes))

    async def crop(self, document_id: UUID | str, page: int, box: Sequence[float]) -> bytes:
        """A picture (PNG) of a box of a page and what stands around it; [x0, y0, x1, y1] in fractions."""
        params = {"box": ",".join(map(str, box))}
        path = f"/v1/documents/{document_id}/pages/{page}/crop"
        return await self._sender.send(Call("GET", path, as_bytes, params=params))

    async def words(self, document_id: UUID | str) -> Words:
        return await self._sender.send(Call("GET", f"/v1/documents/{document_id}/words", as_model(Words)))
