"""Which of the processes that nobody looked at are shown to a person afterwards: decided by the id alone."""

from hashlib import blake2b
from uuid import UUID

_PARTS = 2**53


def is_sampled(process_id: UUID, share: float) -> bool:
    """True for `share` (0..1) of all ids, the same ones for ever; a larger share holds all of a smaller one.

    An id begins with its time, so it is hashed first; the salt keeps the choice apart from others made by the same id.
    """
    digest = blake2b(process_id.bytes, digest_size=8, person=b"blind-sample").digest()
    return (int.from_bytes(digest, "big") >> 11) / _PARTS < share
