"""How many requests a caller may make in a minute, over all gateways that share a counter."""

from docflow.domain.errors import UserError
from docflow.domain.ports.limits import RateLimits, Verdict

_WINDOW_S = 60


class RateLimited(UserError):
    default_code = "rate_limited"

    def __init__(self, limit: int, after_s: float) -> None:
        super().__init__(f"more than {limit} requests a minute")
        self.after_s = after_s
        self.limit = limit


class RequestRates:
    def __init__(self, limits: RateLimits) -> None:
        self._limits = limits

    async def take(self, caller: str, limit: int | None) -> dict[str, str]:
        """Count one request, and give the headers that tell what is left. Raises RateLimited; None = no limit."""
        if limit is None:
            return {}
        verdict = await self._limits.hit(f"requests:{caller}", limit=limit, window_s=_WINDOW_S)
        if not verdict.allowed:
            raise RateLimited(limit, verdict.reset_after_s)
        return _headers(limit, verdict)


def _headers(limit: int, verdict: Verdict) -> dict[str, str]:
    return {
        "RateLimit-Limit": str(limit),
        "RateLimit-Remaining": str(verdict.remaining),
        "RateLimit-Reset": str(max(1, round(verdict.reset_after_s))),
    }
