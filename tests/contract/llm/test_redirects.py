"""A document goes to the address that was set, and nowhere else."""

import asyncio

import pytest
from docflow.domain.ports.llm import VendorBusy, VendorRefusal

from tests.contract.llm.asking import question
from tests.contract.llm.conftest import OpenVendor
from tests.llm_loopback.server import Loopback


async def test_a_redirect_is_not_followed(
    loopback: Loopback, open_vendor: OpenVendor, kind: str, model: str
) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        path = head.split()[1].decode()
        told = f"HTTP/1.1 307 Temporary Redirect\r\nlocation: {loopback.url}{path}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        writer.write(told.encode())
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        vendor = open_vendor(kind, url=f"http://127.0.0.1:{port}")
        with pytest.raises((VendorBusy, VendorRefusal)):
            await vendor.complete(question(model))
    assert not loopback.requests
