"""Tokens, prompt caches and rate limits, in the vendors' proportions."""

import hashlib
import math
from dataclasses import dataclass, field

from tests.llm_loopback.exchange import Picture

BYTES_PER_TOKEN = 3.5
CACHE_MINIMUM = 512
CACHE_STEP = 128
AUTOMATIC_MINIMUM = 1024


def tokens_of(text: str | bytes) -> int:
    return math.ceil(len(text if isinstance(text, bytes) else text.encode()) / BYTES_PER_TOKEN)


def tokens_of_pictures(pictures: list[Picture]) -> int:
    return sum(math.ceil(one.width / 28) * math.ceil(one.height / 28) for one in pictures)


@dataclass(frozen=True)
class Counted:
    fresh: int
    read: int = 0
    written: int = 0


@dataclass
class PromptCache:
    """Prefixes that were sent before, by key and model."""

    _known: set[tuple[str, str, str]] = field(default_factory=set)

    def count(self, key: str, model: str, prefixes: list[bytes], prompt_tokens: int) -> Counted:
        """Marked prefixes, shortest first: the longest that is known is read, what follows up to the last is written."""
        usable = [prefix for prefix in prefixes if tokens_of(prefix) >= CACHE_MINIMUM]
        read = max((tokens_of(prefix) for prefix in usable if self._has(key, model, prefix)), default=0)
        longest = max((tokens_of(prefix) for prefix in usable), default=0)
        self._known |= {self._entry(key, model, prefix) for prefix in usable}
        return Counted(max(0, prompt_tokens - max(read, longest)), read, max(0, longest - read))

    def count_automatic(self, key: str, model: str, prefix: bytes, prompt_tokens: int) -> Counted:
        """Without marks: whole steps of a prefix that was sent before."""
        size = tokens_of(prefix) // CACHE_STEP * CACHE_STEP
        known = size >= AUTOMATIC_MINIMUM and self._has(key, model, prefix)
        self._known.add(self._entry(key, model, prefix))
        return Counted(prompt_tokens - size, size) if known else Counted(prompt_tokens)

    def _has(self, key: str, model: str, prefix: bytes) -> bool:
        return self._entry(key, model, prefix) in self._known

    @staticmethod
    def _entry(key: str, model: str, prefix: bytes) -> tuple[str, str, str]:
        return key, model, hashlib.sha256(prefix).hexdigest()
