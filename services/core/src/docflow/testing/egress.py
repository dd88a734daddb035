"""Outgoing requests that go nowhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from docflow.domain.errors import UserError
from docflow.domain.ports.egress import HttpAnswer, Take


@dataclass(frozen=True, slots=True)
class Sent:
    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes


class RecordingEgress:
    """Keeps what it was asked to send and answers `answer`; refuses the addresses in `refused`."""

    def __init__(self, answer: HttpAnswer | None = None, refused: frozenset[str] = frozenset()) -> None:
        self.answer = answer or HttpAnswer(200, {}, b"", 1)
        self.refused = refused
        self.sent: list[Sent] = []

    async def check(self, url: str) -> None:
        if url in self.refused:
            raise UserError("the address may not be called", code="egress_refused")

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        await self.check(host)
        return (host,)

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
        await self.check(url)
        self.sent.append(Sent(method, url, headers, content))
        if take is not None and self.answer.status == 200:
            await take(self.answer.body)
            return replace(self.answer, body=b"")
        return self.answer
