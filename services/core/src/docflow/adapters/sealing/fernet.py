"""Sealing by Fernet (AES-128-CBC with HMAC-SHA256); the keys are derived, so that any long text may be one."""

import base64
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from docflow.domain.errors import PermanentError

_PURPOSE = b"docflow sealing v1"


class FernetSealing:
    """The first secret seals, all of them open: to rotate, put the new one in front and keep the old ones.

    Secrets are texts of high entropy (32 characters or more), not passwords. ValueError when there is none.
    """

    def __init__(self, secrets: Sequence[str]) -> None:
        if not secrets or not all(secrets):
            raise ValueError("sealing needs at least one secret")
        keys = [Fernet(_key(secret)) for secret in secrets]
        self._first, self._fernet = keys[0], MultiFernet(keys)

    def seal(self, plain: bytes) -> bytes:
        return self._fernet.encrypt(plain)

    def open(self, sealed: bytes) -> bytes:
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken as error:
            raise PermanentError("a sealed secret cannot be opened", code="sealed_unreadable") from error

    def resealed(self, sealed: bytes) -> bytes | None:
        """The same secret sealed with the first key; None where that one sealed it. Raises as `open` does."""
        try:
            self._first.decrypt(sealed)
        except InvalidToken:
            return self.seal(self.open(sealed))
        return None


def _key(secret: str) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(secret.encode())
    return base64.urlsafe_b64encode(derived)
