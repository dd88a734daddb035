"""A look at the words: does a lease speak of a signature at all."""

from collections.abc import Iterator, Sequence

from docflow.domain.outcomes import Finding
from docflow.domain.reading import Page
from docflow.domain.stages import Severity

WORDS = ("signature", "signed", "unterschrift")


def unsigned(read: Sequence[Page]) -> Iterator[Finding]:
    words = (word.text.casefold() for page in read for word in page.words)
    if not any(word.startswith(WORDS) for word in words):
        yield Finding("no_signature", Severity.WARNING, None, "no page speaks of a signature")
