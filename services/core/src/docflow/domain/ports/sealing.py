from typing import Protocol


class Sealing(Protocol):
    """Keeps secrets unreadable at rest: webhook secrets, second factors, kept model answers."""

    def seal(self, plain: bytes) -> bytes:
        """Sealing the same twice gives different bytes."""

    def open(self, sealed: bytes) -> bytes:
        """Raises PermanentError `sealed_unreadable` when it was changed or its key is gone."""
