"""What a target of `database_insert` gets to see of the machine that writes to it."""

import asyncio
import struct
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import pytest
from docflow.domain.errors import TransientError
from docflow.features.outputs.repository import ClaimedAction
from docflow_output.connectors.database_insert import DatabaseInsert

_ID = UUID(int=1)
_NO_ENCRYPTION = (80877103, 80877104)
_ASKS_FOR_PASSWORD = b"R" + struct.pack("!II", 8, 3)


class Here:
    async def resolve(self, host: str, port: int) -> Sequence[str]:
        return ("127.0.0.1",)


class Curious:
    """A server that asks whoever comes for a password in clear text and keeps what it is told."""

    def __init__(self) -> None:
        self.told = b""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            (length,) = struct.unpack("!I", await reader.readexactly(4))
            body = await reader.readexactly(length - 4)
            if struct.unpack("!I", body[:4])[0] not in _NO_ENCRYPTION:
                break
            writer.write(b"N")
        writer.write(_ASKS_FOR_PASSWORD)
        self.told += await reader.read(1_000)
        writer.close()


def action(port: int, **more: str) -> ClaimedAction:
    target = {
        "url": f"postgresql+psycopg://db.example:{port}/d",
        "username": "u",
        "table": "t",
        "columns": {"a": "process_id"},
        **more,
    }
    return ClaimedAction(
        _ID, _ID, _ID, 0, "database_insert", target, 1, 0, 3, "t", None, datetime(2026, 1, 1, tzinfo=UTC)
    )


@pytest.mark.parametrize(("given", "told"), [({}, False), ({"password": "the clients"}, True)])
async def test_a_target_is_told_the_clients_password_and_never_the_operators(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], told: bool
) -> None:
    monkeypatch.setenv("PGPASSWORD", "the operators")
    curious = Curious()
    async with await asyncio.start_server(curious.serve, "127.0.0.1", 0) as server:
        connector = DatabaseInsert(Here(), whole_s=10.0)  # type: ignore[arg-type]
        with pytest.raises(TransientError):
            await connector.carry_out(action(server.sockets[0].getsockname()[1], **given), {"data": {}})
        await connector.aclose()
    assert b"operators" not in curious.told
    assert (b"the clients" in curious.told) is told
