"""How many live streams a client may hold open at one gateway."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from docflow.domain.errors import UserError

_AFTER_S = 5


class TooManyStreams(UserError):
    default_code = "rate_limited"

    def __init__(self, most: int) -> None:
        super().__init__(f"more than {most} live streams of this client are open here")
        self.after_s = _AFTER_S


class StreamSlots:
    """Server-sent events and sockets together."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: Counter[UUID] = Counter()

    @contextmanager
    def take(self, client_id: UUID) -> Iterator[None]:
        """Raises TooManyStreams when the client's slots are taken."""
        if self._open[client_id] >= self._most:
            raise TooManyStreams(self._most)
        self._open[client_id] += 1
        try:
            yield
        finally:
            self._open[client_id] -= 1
            if not self._open[client_id]:
                del self._open[client_id]
