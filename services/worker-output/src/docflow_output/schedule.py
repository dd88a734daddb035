"""When what could not be sent is tried again."""

from collections.abc import Callable, Sequence

#: Of deliveries: seconds before each try over three days; the first is at once. The short ones meet receivers that
#: just restart, or answer 409 while they write.
DELAYS_S = (0, 1, 2, 5, 5 * 60, 30 * 60, *(hours * 3_600 for hours in (2, 5, 10, 14, 20, 24)))
#: A share on top, so that what failed together does not come back together; never sooner than stated.
_JITTER = 0.1


def next_try_s(
    failures: int,
    chance: Callable[[], float],
    *,
    at_least_s: float = 0.0,
    delays_s: Sequence[float] = DELAYS_S,
) -> float | None:
    """Seconds until the next try after this many failures; None when `delays_s` holds no more. `chance` is 0..1."""
    if failures >= len(delays_s):
        return None
    return max(delays_s[failures], at_least_s) * (1 + _JITTER * chance())
