"""The words of a message: how many of what, the first few, and where to look. Codes and counts, no value of a document."""

from collections.abc import Mapping, Sequence
from html import escape

from docflow.domain.notifying import Language
from docflow.domain.ports.mail import Letter
from docflow.features.notification_channels.languages import WORDS
from docflow.features.notifications.models import Notification

SHOWN = 5

_PAGE = """<!doctype html>
<html lang="{language}">
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
        language: Language = Language.EN,
    ) -> None:
        self._client = client_name
        self._counts = counts
        self._first = first[:SHOWN]
        self._portal = portal_url.rstrip("/")
        self._is_test = is_test
        self._language = language
        self._words = WORDS[language]

    @property
    def title(self) -> str:
        if self._is_test:
            return f"DocFlow AI: {self._words.test_title.format(client=self._client)}"
        if sum(self._counts.values()) == 1 and self._first:
            return f"DocFlow AI: {self._words.said(self._first[0].title)}"
        return f"DocFlow AI: {self._summed()}"

    @property
    def text(self) -> str:
        lines = [self._lead(), *(f"- {line}" for line in self._lines()), self._link()]
        return "\n".join(line for line in lines if line)

    def letter(self, to: str) -> Letter:
        title = " ".join(self.title.split())
        items = "\n".join(f"<li>{escape(line)}</li>" for line in self._lines())
        html = _PAGE.format(
            language=self._language.value,
            title=escape(title),
            lead=escape(self._lead()),
            items=items,
            link=escape(self._link()),
        )
        return Letter(to=to, subject=title, text=self.text + "\n", html=html)

    def _lead(self) -> str:
        if self._is_test:
            return self._words.test_lead
        return f"{self._client}: {self._summed()}."

    def _summed(self) -> str:
        counted = self._words.counted
        return ", ".join(
            self._counted(told, self._counts[told]) for told in counted if self._counts.get(told)
        )

    def _counted(self, told: str, pieces: int) -> str:
        one, many = self._words.counted[told]
        return f"{pieces} {one if pieces == 1 else many}"

    def _lines(self) -> list[str]:
        if self._is_test:
            return []
        shown = [self._line(one) for one in self._first]
        left = sum(self._counts.values()) - len(shown)
        return [*shown, self._words.more.format(left=left)] if left > 0 else shown

    def _line(self, one: Notification) -> str:
        said = f"{self._words.said(one.title)}. {self._words.said(one.message)}".strip()
        return f"{said} {self._portal}/processes/{one.process_id}" if one.process_id else said

    def _link(self) -> str:
        return self._portal
