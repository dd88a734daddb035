from collections.abc import AsyncIterator, Sequence

from docflow.domain.ports.transport import Hint
from docflow.domain.stages import Stage
from docflow.runtime.hearing import heard
from docflow.testing.transport import MemoryTransport


class Stumbling(MemoryTransport):
    """Breaks after each hint, as often as `failures` says; then it is closed after one more."""

    def __init__(self, failures: int) -> None:
        super().__init__()
        self.failures = failures

    async def hints(self, stages: Sequence[Stage]) -> AsyncIterator[Hint]:
        yield Hint()
        if self.failures:
            self.failures -= 1
            raise RuntimeError("a bug on the way")


async def test_an_error_of_the_transport_does_not_end_the_hints() -> None:
    hints = [hint async for hint in heard(Stumbling(2), (Stage.OUTPUT,), again_s=0.0)]
    assert len(hints) == 3


async def test_hints_end_with_their_transport() -> None:
    assert len([hint async for hint in heard(Stumbling(0), (Stage.OUTPUT,))]) == 1
