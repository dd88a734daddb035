"""The gateway's own signed links, for stores that cannot sign one."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from docflow.domain.errors import Forbidden


@dataclass(frozen=True, slots=True)
class UploadLink:
    """What a link says and its signature covers. Whoever holds it may send this one file until `expires`.

    `expires` in seconds since 1970.
    """

    client_id: UUID
    upload_id: UUID
    expires: int

    def query(self, key: bytes) -> str:
        return f"client={self.client_id}&expires={self.expires}&signature={self._signature(key)}"

    def check(self, key: bytes, signature: str, at: datetime) -> None:
        """Raises Forbidden `link_invalid` for a link that we did not sign or that has expired."""
        signed = hmac.compare_digest(self._signature(key).encode(), signature.encode())
        if not signed or at >= datetime.fromtimestamp(self.expires, UTC):
            raise Forbidden("the link is not valid, or no longer", code="link_invalid")

    def _signature(self, key: bytes) -> str:
        said = f"{self.client_id}.{self.upload_id}.{self.expires}"
        return hmac.new(key, said.encode(), hashlib.sha256).hexdigest()
