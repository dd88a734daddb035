from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """`body` is cut at the caller's limit."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    duration_ms: int


Take = Callable[[bytes], Awaitable[None]]


class Egress(Protocol):
    """Every outgoing request to an address that a client chose goes through here.

    Resolved once, private and link-local ranges refused unless the operator allows them, connected to the resolved
    address, no redirects. Raises UserError `egress_refused` or TransientError (`host_unresolved`,
    `connect_failed`, `timeout`).
    """

    async def check(self, url: str) -> None: ...

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        """The addresses of a host that may be reached, for protocols that connect by themselves: connect to these alone.

        Raises like `request`.
        """

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        content: bytes = b"",
        timeout_s: float = 10.0,
        max_bytes: int = 65_536,
        take: Take | None = None,
    ) -> HttpAnswer:
        """With `take` the body of a 200 goes there part by part, without a limit, and the answer's own is empty.

        What `take` raises ends the call.
        """
        ...
