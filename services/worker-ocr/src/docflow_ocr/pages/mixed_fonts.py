"""Amounts, accounts and numbers whose figures are drawn in two fonts: a program writes a number in one, an editor adds its own."""

import ctypes
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import pypdfium2 as pdfium
from docflow.domain.fraud_weights import flag
from docflow.domain.json_types import JsonObject
from docflow.domain.outcomes import Place
from docflow.domain.reading import FraudFlag
from docflow.domain.values.iban import LENGTHS
from pypdfium2 import raw

#: Of a page, and of a file.
MAX_SHOWN = 20
MAX_SHOWN_CHARACTERS = 80
#: A number has so many figures, or two of them behind a point: shorter ones are set in two fonts for their looks, as the
#: year of a tax form is.
_LONG = 5
_FIGURE = re.compile(r"[0-9]")
_WORD = re.compile(r"[^\s\u00a0\ufffe\uffff]+")
_CENTS = re.compile(r"[0-9][.,][0-9]{2}(?![0-9])")
_ACCOUNT = re.compile(r"(?<![A-Z0-9])[A-Z]{2}[0-9]{2}(?:[ \u00a0]?[A-Z0-9]){11,30}")


@dataclass(frozen=True, slots=True)
class Mixed:
    """A stretch of a page's characters, and those of its figures that are in another font than most."""

    start: int
    end: int
    text: str
    other: str


def mixed(layer: pdfium.PdfTextPage, text: str) -> Iterator[Mixed]:
    """The first ones of a page; `text` has one letter for each character of the layer."""
    return islice(_mixed(layer, text), MAX_SHOWN)


def _mixed(layer: pdfium.PdfTextPage, text: str) -> Iterator[Mixed]:
    for start, end in _numbers(text):
        fonts = {at: _font(layer, at) for at in range(start, end) if _FIGURE.match(text[at])}
        count = Counter(fonts.values())
        if len(count) > 1 and None not in count:
            usual = count.most_common(1)[0][0]
            other = "".join(text[at] for at, font in fonts.items() if font != usual)
            yield Mixed(start, end, text[start:end], other)


def _numbers(text: str) -> Iterator[tuple[int, int]]:
    """Accounts as a whole, and words between them that are an amount or a long number."""
    done = 0
    for start, end in filter(None, map(_account, _ACCOUNT.finditer(text))):
        yield from _words(text, done, start)
        yield start, end
        done = end
    yield from _words(text, done, len(text))


def _words(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for word in _WORD.finditer(text, start, end):
        if len(_FIGURE.findall(word[0])) >= _LONG or _CENTS.search(word[0]):
            yield word.span()


def _account(match: re.Match[str]) -> tuple[int, int] | None:
    """As far as an account of its country reaches; what follows is something else."""
    left = LENGTHS.get(match[0][:2], 0)
    for at, letter in enumerate(match[0], match.start()):
        left -= letter.isalnum()
        if left == 0:
            return match.start(), at + 1
    return None


def _font(layer: pdfium.PdfTextPage, at: int) -> int | None:
    """Which font of the file draws a character; two subsets of one font are two."""
    drawn = raw.FPDFText_GetTextObject(layer, at)
    return ctypes.cast(raw.FPDFTextObj_GetFont(drawn), ctypes.c_void_p).value if drawn else None


def told(found: Sequence[tuple[Mixed, Place]]) -> tuple[FraudFlag, ...]:
    if not found:
        return ()
    shown: list[JsonObject] = [
        {
            "text": one.text[:MAX_SHOWN_CHARACTERS],
            "other": one.other[:MAX_SHOWN_CHARACTERS],
            **place.as_json(),
        }
        for one, place in found[:MAX_SHOWN]
    ]
    message = "figures of one amount or number are drawn in different fonts"
    return (flag("fonts_mixed", message, {"numbers": shown, "count": len(found)}),)
