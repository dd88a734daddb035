import pytest
from docflow.adapters.transport.fanout import Fanout
from docflow.testing.transport import MemoryTransport
from docflow.testing.transport_contract import Join, TransportContract


class TestMemoryTransport(TransportContract):
    @pytest.fixture
    def network(self) -> Join:
        joined: list[Fanout] = []

        async def join() -> MemoryTransport:
            return MemoryTransport(joined)

        return join
