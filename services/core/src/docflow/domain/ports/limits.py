from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Verdict:
    """`remaining` calls fit into the window still; `reset_after_s` until it is empty again (for Retry-After)."""

    allowed: bool
    remaining: int
    reset_after_s: float


class RateLimits(Protocol):
    """Counts calls by key over a sliding window. Never raises because the store is away: then this process counts."""

    async def hit(self, key: str, *, limit: int, window_s: int = 60, cost: int = 1) -> Verdict:
        """Count a call of this cost, unless it is over the limit."""

    async def aclose(self) -> None: ...
