"""What answers is not always the vendor: a proxy, a captive portal, a server of another kind."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from docflow.domain.ports.llm import Outcome, Trouble, VendorBusy

from tests.contract.llm.asking import question
from tests.contract.llm.conftest import OpenVendor


@asynccontextmanager
async def answering(kind: str, body: str, status: str = "200 OK") -> AsyncIterator[str]:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
        writer.write((head + body).encode())
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.mark.parametrize(
    ("content", "body"),
    [
        ("text/html", "<html>Sign in to the network</html>"),
        ("application/json", "{"),
        ("application/json", "[]"),
        ("application/json", '"ok"'),
        ("application/json", "null"),
        ("application/json", '{"status": "ok"}'),
        ("application/json", '{"content": null, "choices": null, "usage": null}'),
        ("application/json", '{"content": [{"type": "text"}], "choices": [{}], "usage": {}}'),
    ],
)
async def test_an_answer_that_is_none_of_the_vendors_is_trouble_or_no_answer(
    content: str, body: str, open_vendor: OpenVendor, kind: str, model: str
) -> None:
    async with answering(content, body) as url:
        vendor = open_vendor(kind, url=url)
        try:
            done = await vendor.complete(question(model))
        except VendorBusy as busy:
            assert busy.trouble in (Trouble.SERVER, Trouble.TRANSPORT)
        else:
            assert done.outcome is Outcome.INVALID
