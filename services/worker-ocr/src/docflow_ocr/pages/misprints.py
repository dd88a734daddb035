"""Account numbers on a page whose check digits are wrong: reading takes only right ones, so nobody else sees these."""

import re
from collections.abc import Iterator, Sequence

from docflow.domain.fraud import CERTAIN_WORDS
from docflow.domain.fraud_weights import flag
from docflow.domain.json_types import JsonObject
from docflow.domain.lines import Line, lines_of, union
from docflow.domain.reading import FraudFlag, Page
from docflow.domain.values.iban import LENGTHS, find_ibans, valid_iban

MAX_SHOWN = 5
#: The number must stand in groups as it is printed, or in one piece.
_SHAPE = re.compile(r"(?<![A-Z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![A-Z0-9])")


def wrong_accounts(pages: Sequence[Page], *, ocr_confidence: float) -> tuple[FraudFlag, ...]:
    """Only where the words are clear, the line says that it is an IBAN and the number has its country's length."""
    if ocr_confidence < CERTAIN_WORDS:
        return ()
    found = [one for page in pages for line in lines_of(page) for one in _wrong(line)]
    if not found:
        return ()
    told = "the check digits of an account number on the page are wrong"
    return (flag("iban_checksum", told, {"accounts": found[:MAX_SHOWN], "count": len(found)}),)


def _wrong(line: Line) -> Iterator[JsonObject]:
    text = line.text.upper()
    if "IBAN" not in text:
        return
    right = set(find_ibans(text))
    for match in _SHAPE.finditer(text):
        printed = _whole(match[0])
        number = printed.replace(" ", "")
        if not printed or valid_iban(number) or number in right:
            continue
        words = line.words_at(match.start(), match.start() + len(printed))
        if min((word.confidence for word in words), default=0.0) < CERTAIN_WORDS:
            continue
        box = union([word.box for word in words])
        yield {"value": printed, "page": line.page, "box": [round(x, 5) for x in box]}


def _whole(printed: str) -> str:
    """The groups that make up the length of their country; empty where they do not."""
    wanted = LENGTHS.get(printed[:2], 0)
    groups = printed.split(" ")
    for count in range(1, len(groups) + 1):
        if len("".join(groups[:count])) == wanted:
            return " ".join(groups[:count])
    return ""
