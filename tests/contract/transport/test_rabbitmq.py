"""The contract of all transports, over a real RabbitMQ."""

import pytest
from docflow.adapters.transport.rabbitmq.transport import RabbitTransport
from docflow.testing.transport_contract import Join, TransportContract

from tests.contract.transport.conftest import OpenTransport

pytestmark = pytest.mark.full


class TestRabbitTransport(TransportContract):
    # A queue gives a hint to one of those who wait, not to all: tested beside, in test_rabbitmq_hints.
    test_a_hint_reaches_every_process_that_works_on_the_stage = None  # type: ignore[assignment]

    @pytest.fixture
    def network(self, open_transport: OpenTransport) -> Join:
        async def join() -> RabbitTransport:
            return open_transport()

        return join
