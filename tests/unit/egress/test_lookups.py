import asyncio
import socket
import threading
from collections.abc import Sequence

import pytest
from docflow.adapters.egress.guarded import GuardedEgress
from docflow.domain.errors import TransientError


async def test_names_that_nobody_answers_for_hold_up_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()

    def silent(*_: object, **__: object) -> Sequence[object]:
        released.wait()
        raise OSError("nobody knows")

    monkeypatch.setattr(socket, "getaddrinfo", silent)
    egress = GuardedEgress()
    asked = [
        asyncio.create_task(egress.request("GET", f"http://a{n}.example/", headers={}, timeout_s=0.1))
        for n in range(100)
    ]
    try:
        told = await asyncio.gather(*asked, return_exceptions=True)
        assert all(isinstance(one, TransientError) and one.code == "timeout" for one in told)
        async with asyncio.timeout(5):
            assert await asyncio.to_thread(lambda: 1) == 1
    finally:
        released.set()


async def test_a_name_of_this_machine_is_found_by_the_system() -> None:
    with pytest.raises(TransientError) as refused:
        await GuardedEgress(["localhost"], connect_timeout_s=1.0).request(
            "GET", "http://localhost:1/", headers={}
        )
    assert refused.value.code == "connect_failed"
