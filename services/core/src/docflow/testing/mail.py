"""Letters that go nowhere."""

from docflow.domain.errors import DocflowError
from docflow.domain.ports.mail import Letter


class MemoryMail:
    """Keeps what it was asked to send; while `refusal` is set, raises it."""

    def __init__(self) -> None:
        self.sent: list[Letter] = []
        self.refusal: DocflowError | None = None

    async def send(self, letter: Letter) -> int:
        if self.refusal is not None:
            raise self.refusal
        self.sent.append(letter)
        return 0

    async def aclose(self) -> None:
        """Nothing is open."""
