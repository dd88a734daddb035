"""The words of a message: how many of what, the first few, and where to look. Codes and counts, no value of a document."""

from collections.abc import Mapping, Sequence
from html import escape

from docflow.domain.notifying import Told
from docflow.domain.ports.mail import Letter
from docflow.features.notifications.models import Notification

SHOWN = 5
_ONE_MANY: Mapping[str, tuple[str, str]] = {
    Told.HITL_REQUIRED: ("process waits for review", "processes wait for review"),
    Told.PROCESS_FAILED: ("process failed", "processes failed"),
    Told.LOW_CONFIDENCE: ("process was read with low confidence", "processes were read with low confidence"),
    Told.FRAUD_DETECTED: ("document looks doubtful", "documents look doubtful"),
    Told.DOCUMENT_DUPLICATE: ("document repeats an earlier one", "documents repeat earlier ones"),
    Told.PROCESS_COMPLETED: ("process is complete", "processes are complete"),
    Told.QUOTA_WARNING: ("warning of a budget", "warnings of budgets"),
    Told.ALERT: ("alert", "alerts"),
}

_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{title}</title></head>
<body style="font-family:sans-serif;line-height:1.5;color:#1f2933;max-width:34rem">
<p>{lead}</p>
<ul>
{items}
</ul>
<p><a href="{link}">{link}</a></p>
</body>
</html>
"""


class Wording:
    """`first` are the most severe of all that `counts` counts."""

    def __init__(
        self,
        client_name: str,
        counts: Mapping[str, int],
        first: Sequence[Notification],
        *,
        portal_url: str,
        is_test: bool = False,
    ) -> None:
        self._client = client_name
        self._counts = counts
        self._first = first[:SHOWN]
        self._portal = portal_url.rstrip("/")
        self._is_test = is_test

    @property
    def title(self) -> str:
        if self._is_test:
            return f"DocFlow AI: test message of {self._client}"
        if sum(self._counts.values()) == 1 and self._first:
            return f"DocFlow AI: {self._first[0].title}"
        return f"DocFlow AI: {self._summed()}"

    @property
    def text(self) -> str:
        lines = [self._lead(), *(f"- {line}" for line in self._lines()), self._link()]
        return "\n".join(line for line in lines if line)

    def letter(self, to: str) -> Letter:
        title = " ".join(self.title.split())
        items = "\n".join(f"<li>{escape(line)}</li>" for line in self._lines())
        html = _PAGE.format(
            title=escape(title), lead=escape(self._lead()), items=items, link=escape(self._link())
        )
        return Letter(to=to, subject=title, text=self.text + "\n", html=html)

    def _lead(self) -> str:
        if self._is_test:
            return "This channel works: notifications will arrive here."
        return f"{self._client}: {self._summed()}."

    def _summed(self) -> str:
        return ", ".join(_counted(told, self._counts[told]) for told in _ONE_MANY if self._counts.get(told))

    def _lines(self) -> list[str]:
        if self._is_test:
            return []
        shown = [_line(one, self._portal) for one in self._first]
        left = sum(self._counts.values()) - len(shown)
        return [*shown, f"and {left} more"] if left > 0 else shown

    def _link(self) -> str:
        return self._portal


def _counted(told: str, pieces: int) -> str:
    one, many = _ONE_MANY[told]
    return f"{pieces} {one if pieces == 1 else many}"


def _line(one: Notification, portal: str) -> str:
    said = f"{one.title}. {one.message}".strip()
    return f"{said} {portal}/processes/{one.process_id}" if one.process_id else said
