from collections.abc import Sequence
from uuid import UUID

from docflow_client.blocking.sender import Sender
from docflow_client.calls import Call, as_bytes, as_model
from docflow_client.models.documents import Document, Words


class Documents:
    """The files of processes."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def get(self, document_id: UUID | str) -> Document:
        return self._sender.send(Call("GET", f"/v1/documents/{document_id}", as_model(Document)))

    def file(self, document_id: UUID | str) -> bytes:
        """The original, as it came."""
        call = Call("GET", f"/v1/documents/{document_id}/file", as_bytes, timeout_s=300.0)
        return self._sender.send(call)

    def page(self, document_id: UUID | str, page: int) -> bytes:
        """A picture (PNG) of a page; the first is 1."""
        return self._sender.send(Call("GET", f"/v1/documents/{document_id}/pages/{page}", as_bytes))

    def crop(self, document_id: UUID | str, page: int, box: Sequence[float]) -> bytes:
        """A picture (PNG) of a box of a page and what stands around it; [x0, y0, x1, y1] in fractions."""
        params = {"box": ",".join(map(str, box))}
        path = f"/v1/documents/{document_id}/pages/{page}/crop"
        return self._sender.send(Call("GET", path, as_bytes, params=params))

    def words(self, document_id: UUID | str) -> Words:
        return self._sender.send(Call("GET", f"/v1/documents/{document_id}/words", as_model(Words)))
