"""Personal values in a text, by their form and their check digits. Names, addresses and faces have neither."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import stdnum.be.nn
import stdnum.br.cpf
import stdnum.ch.ssn
import stdnum.de.idnr
import stdnum.es.dni
import stdnum.es.nie
import stdnum.fr.nir
import stdnum.it.codicefiscale
import stdnum.luhn
import stdnum.nl.bsn
import stdnum.pl.pesel
import stdnum.se.personnummer
import stdnum.us.ssn

from docflow.domain.llm_policy import Personal
from docflow.domain.values.iban import LENGTHS, normal_iban, valid_iban


@dataclass(frozen=True, slots=True)
class FoundPersonal:
    """`start` and `end` are offsets in the text."""

    kind: Personal
    start: int
    end: int


_IBAN = re.compile(r"(?<![A-Z0-9])[A-Z]{2}\d{2}(?:[ \u00a0]{0,2}[A-Z0-9]){11,30}", re.IGNORECASE)
_CARD = re.compile(r"(?<![\w.,])[3-6]\d(?:[ -]?\d){11,17}(?![\d.,]\d)")
#: Digits by how the number of an issuer begins.
_CARD_LENGTHS = {
    "34": (15,), "35": (16,), "37": (15,), "30": (14,), "36": (14,), "38": (14,), "39": (14,), "4": (16, 19),
    "5": (16,), "6": (16, 17, 18, 19),
}  # fmt: skip
_EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_ABROAD = re.compile(
    r"(?<![\w+])(?<!\d )(?<!\d  )(?:\+|00)[1-9]\d{0,2}[ ()./-]{0,2}(?:\d[ ()./-]{0,2}){6,12}\d"
)
_PHONE_LABEL = re.compile(
    r"\b(?:phone|tel(?:e(?:fon|phone|fax))?|t[ée]l(?:[ée]phone)?|mob(?:ile|il)?|cell|handy|fax|fon|telefono|tel[ée]fono)\b[^\d+(]{0,12}",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\(?\d(?:[ ()./-]{0,3}\d){5,13}")
#: Unmistakable by their form.
_FORMED: tuple[tuple[re.Pattern[str], Callable[[str], bool]], ...] = (
    (re.compile(r"(?<![\d-])\d{3}-\d{2}-\d{4}(?![\d-])"), stdnum.us.ssn.is_valid),
    (re.compile(r"(?<!\w)\d{8}[ -]?[A-Z](?!\w)"), stdnum.es.dni.is_valid),
    (re.compile(r"(?<!\w)[XYZ][ -]?\d{7}[ -]?[A-Z](?!\w)"), stdnum.es.nie.is_valid),
    (
        re.compile(r"(?<!\w)[A-Z]{6}\d{2}[A-EHLMPR-T]\d{2}[A-Z]\d{3}[A-Z](?!\w)"),
        stdnum.it.codicefiscale.is_valid,
    ),
    (re.compile(r"(?<!\d)756\.\d{4}\.\d{4}\.\d{2}(?!\d)"), stdnum.ch.ssn.is_valid),
    (re.compile(r"(?<!\d)(?:\d{2})?\d{6}[-+]\d{4}(?!\d)"), stdnum.se.personnummer.is_valid),
    (re.compile(r"(?<!\d)\d{3}\.\d{3}\.\d{3}-\d{2}(?!\d)"), stdnum.br.cpf.is_valid),
    (re.compile(r"(?<!\d)\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}(?!\d)"), stdnum.be.nn.is_valid),
    (
        re.compile(r"(?<!\d)[12] ?\d{2} ?(?:0[1-9]|1[0-2]) ?\d[\dAB] ?\d{3} ?\d{3} ?\d{2}(?!\d)"),
        stdnum.fr.nir.is_valid,
    ),
)
#: Digits alone, which any number could be: only beside a word that says so.
_ID_LABEL = re.compile(
    r"\b(?:ssn|social security|steuer-?id\w*|(?<!ust-)idnr|(?<!ust-)id-nr|steuerliche identifikationsnummer|tin|taxpayer|pesel|bsn"
    r"|burgerservicenummer|nir|s[ée]curit[ée] sociale|cpf|national (?:id|insurance)|personal (?:id|number))\b",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"(?<![A-Za-z\d])\d(?:[ ]?\d){8,10}(?!\d)")
_BARE = (
    stdnum.de.idnr.is_valid, stdnum.pl.pesel.is_valid, stdnum.nl.bsn.is_valid, stdnum.us.ssn.is_valid,
    stdnum.br.cpf.is_valid, stdnum.be.nn.is_valid,
)  # fmt: skip
_NINO = re.compile(r"(?<!\w)(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D](?!\w)")


def personal_in(text: str) -> list[FoundPersonal]:
    """From left to right, none over another."""
    taken: list[FoundPersonal] = []
    for find in (_ibans, _cards, _emails, _national_ids, _phones):
        for found in find(text):
            if all(found.end <= other.start or found.start >= other.end for other in taken):
                taken.append(found)
    return sorted(taken, key=lambda found: found.start)


def _ibans(text: str) -> Iterator[FoundPersonal]:
    for match in _IBAN.finditer(text):
        length = LENGTHS.get(match[0][:2].upper(), 0)
        if valid_iban(normal_iban(match[0])[:length]):
            yield FoundPersonal(Personal.IBAN, match.start(), match.start() + _cut(match[0], length))


def _cut(text: str, length: int) -> int:
    """The offset behind the first `length` letters and digits."""
    counted = 0
    for at, character in enumerate(text):
        counted += character.isalnum()
        if counted == length:
            return at + 1
    return len(text)


def _cards(text: str) -> Iterator[FoundPersonal]:
    for match in _CARD.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        lengths = next((of for begin, of in _CARD_LENGTHS.items() if digits.startswith(begin)), ())
        if len(digits) in lengths and stdnum.luhn.is_valid(digits):
            yield FoundPersonal(Personal.CARD, match.start(), match.end())


def _emails(text: str) -> Iterator[FoundPersonal]:
    for match in _EMAIL.finditer(text):
        yield FoundPersonal(Personal.EMAIL, match.start(), match.end())


def _national_ids(text: str) -> Iterator[FoundPersonal]:
    for form, is_valid in _FORMED:
        for match in form.finditer(text):
            if is_valid(match[0]):
                yield FoundPersonal(Personal.NATIONAL_ID, match.start(), match.end())
    if _ID_LABEL.search(text) is None:
        return
    for match in _DIGITS.finditer(text):
        digits = match[0].replace(" ", "")
        if any(is_valid(digits) for is_valid in _BARE):
            yield FoundPersonal(Personal.NATIONAL_ID, match.start(), match.end())
    for match in _NINO.finditer(text):
        yield FoundPersonal(Personal.NATIONAL_ID, match.start(), match.end())


def _phones(text: str) -> Iterator[FoundPersonal]:
    for match in _ABROAD.finditer(text):
        yield FoundPersonal(Personal.PHONE, match.start(), match.end())
    for label in _PHONE_LABEL.finditer(text):
        if number := _NUMBER.match(text, label.end()):
            yield FoundPersonal(Personal.PHONE, number.start(), number.end())
