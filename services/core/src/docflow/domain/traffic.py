"""Which of two versions of a configuration a new process is pinned to: decided once, by its id alone."""

from hashlib import blake2b
from uuid import UUID

BUCKETS = 100


def bucket_of(process_id: UUID) -> int:
    """0..99, evenly spread; the same for ever. An id begins with its time, so it is hashed first."""
    return int.from_bytes(blake2b(process_id.bytes, digest_size=8).digest(), "big") % BUCKETS


def goes_to_canary(process_id: UUID, percent: int) -> bool:
    """Whoever went there at a smaller share goes there at a larger one, too."""
    return bucket_of(process_id) < percent
