"""Who issued a document, to whom, and where they are."""

import re
from dataclasses import dataclass, replace

from docflow.adapters.llm.offline.sheet import Sheet
from docflow.domain.lines import Line
from docflow.domain.page_values import values_in
from docflow.domain.values.kinds import FieldKind, one_line, text_key
from docflow.domain.values.names import (
    LEGAL_FORM,
    STREET,
    TRADE_WORD,
    reads_as_caption,
    reads_as_sentence,
)

_TITLE = re.compile(
    r"^\W*(?:original|copy|duplicate|tax\s*invoice|simplified\s*tax\s*invoice|invoice|cash\s*(?:bill|sales?|receipt)|official\s*receipt|receipt|bill|credit\s*note|welcome.*|"
    r"thank\s*you.*|rechnung|quittung|kassenbon|beleg|facture|factura|fatura|fattura|statement|page\b.*|gutschrift|avoir|electronic document.*)\W*$",
    re.IGNORECASE,
)
#: What may stand on a line of the name of who issued the document.
_NAMING = frozenset({"seller_name", "description", "page", "paid", "invoice_number"})
_NOT_A_NAME = re.compile(
    r"@|\bcompany\s*(?:reg|no)\b|www\.|https?:|^\W*[\d\W]+$|\b(?:tel|fax|phone|gst|invoice|receipt|date|bill\s*no|page|cashier|seite|datum|reg\.?\s*no|co\.?\s*reg|roc\b|au\s+capital|share\s+capital|stammkapital|capitale\s+sociale)\b",
    re.IGNORECASE,
)
#: Shops stand at the top: this much of the first page is looked at for a name without a legal form.
TOP_LINES = 8
#: How far beside its label a name stands, as a share of the page's width.
REACH_BESIDE = 0.35


@dataclass(frozen=True, slots=True)
class Party:
    """`line` is where the name stands; `score` orders rivals.

    `certain` True = the name carries a legal form, None = it names a trade, False = it only stands where names stand.
    """

    name: str
    line: Line
    score: float
    certain: bool | None


def sellers_of(sheet: Sheet) -> list[Party]:
    """Who may have issued the document, best first."""
    buyers = {text_key(text) for line in _buyer_block(sheet) for text in (line.text,)}
    labelled = _labelled_names(sheet)
    found: dict[str, Party] = {}
    first = sheet.lines[0].page if sheet.lines else 1
    for number, line in enumerate(line for line in sheet.lines if line.page == first):
        for segment in line.segments():
            party = _party(segment, line, number, sheet, buyers)
            key = text_key(party.name) if party else ""
            if party and key in labelled:
                party = replace(party, score=party.score + 2.0)
            if party and (key not in found or party.score > found[key].score):
                found[key] = party
    return sorted(found.values(), key=lambda party: party.score, reverse=True)


def buyers_of(sheet: Sheet) -> list[Line]:
    """The first line of each block under or beside "bill to"."""
    block = _buyer_block(sheet)
    named = [line for line in block if LEGAL_FORM.search(line.text)]
    return (
        named or [line for line in block if _name_like(line.text) and not sheet.labels_of_segment(line)][:1]
    )


def may_be_name(text: str) -> bool:
    """Short, and written as names are: a sentence of a form's instructions is none."""
    words = re.findall(r"[^\W\d_]{2,}", text)
    capital = sum(word[0].isupper() for word in words)
    return (
        0 < len(words) <= 8
        and capital * 2 >= len(words)
        and not re.search(r"[:?]|\)\s*$|^\W*(?:note|see|enter)\b", text, re.IGNORECASE)
        and not reads_as_caption(text)
    )


def may_be_address(text: str) -> bool:
    return (
        re.search(r"\d", text) is not None
        and len(text) <= 160
        and not re.search(r"[?]|\b(?:see|enter|if|your)\b", text)
        and not reads_as_caption(text)
    )


def _labelled_names(sheet: Sheet) -> set[str]:
    """Names that stand under or beside "sold by" and its like."""
    names: set[str] = set()
    for label in sheet.labelled("seller_name"):
        if not label.is_weak:
            texts = [
                sheet.text_beside(label),
                *(line.text for line in sheet.segments_below(label, limit=2, reach=4.0)),
            ]
            names |= {text_key(_company_of(one_line(text))) for text in texts if text}
    return names


def address_after(sheet: Sheet, name: Line) -> str:
    """The lines of an address that follow a name in its column."""
    lines = [line for line in sheet.lines if line.page == name.page]
    at = next(
        (
            number
            for number, line in enumerate(lines)
            if line.box[1] >= name.box[1] - 1e-6 and _shares(line, name)
        ),
        -1,
    )
    taken: list[str] = []
    for line in lines[at + 1 : at + 12]:
        segment = next((piece for piece in line.segments() if _overlaps(piece, name)), None)
        if segment is None:
            continue
        text = one_line(segment.text)
        amounts = any(found.has_decimals for found in values_in(segment, FieldKind.MONEY))
        if taken and (_ends_address(text) or amounts or len(taken) >= 6):
            break
        if _looks_like_address(text) or (taken and not _NOT_A_NAME.search(text)):
            taken.append(text)
    return " ".join(taken)


def _party(segment: Line, line: Line, number: int, sheet: Sheet, buyers: set[str]) -> Party | None:
    text = _company_of(one_line(segment.text))
    legal = LEGAL_FORM.search(text)
    if len(text_key(text)) < 3 or len(text) > 80 or _TITLE.match(text) or not re.search(r"[^\W\d_]{2}", text):
        return None
    if _NOT_A_NAME.search(text):
        return None
    labels = [label for label in sheet.labels_of(line) if not set(label.concepts) & _NAMING]
    if not legal and (
        number >= TOP_LINES
        or any(label.start == 0 or not label.is_weak for label in labels)
        or _looks_like_address(text)
    ):
        return None
    if legal and len(text.split()) == 1 and number == 0:
        return None
    score = (2.0 if legal else 0.0) + (0.8 if TRADE_WORD.search(text) else 0.0) + max(0.0, 1.5 - 0.2 * number)
    if legal and number >= TOP_LINES and len(text.split()) > 8:
        return None
    if text_key(segment.text) in buyers:
        score -= 3.0
    if reads_as_sentence(text):
        score -= 1.5
    name = _with_lines_above(sheet, line, text)
    return Party(name, segment, score, True if legal else (None if TRADE_WORD.search(text) else False))


def _with_lines_above(sheet: Sheet, line: Line, text: str) -> str:
    """A name that began on the lines above: an open bracket, or a legal form or trade on its own."""
    earlier = [other for other in sheet.lines if other.page == line.page and other.box[1] < line.box[1]]
    for above in reversed(earlier[-2:]):
        alone = LEGAL_FORM.match(text) or TRADE_WORD.match(text)
        open_bracket = text.count(")") > text.count("(")
        is_name = _name_like(above.text) and line.box[1] - above.box[3] < above.height
        if not ((alone or open_bracket) and is_name):
            break
        text, line = f"{_company_of(one_line(above.text))} {text}", above
    return text


def _name_like(text: str) -> bool:
    letters = sum(character.isalpha() for character in text)
    return (
        letters >= 3 and letters * 2 > len(text) and not _TITLE.match(text) and not _NOT_A_NAME.search(text)
    )


def _company_of(text: str) -> str:
    """A name without what was printed before or after it on its line: numbers of registers, labels."""
    cleaned = re.sub(
        r"^\W*(?:\d{4,}\W+)?(?:(?:VAT of|from|inh\.|inhaber)\s+)?", "", text, flags=re.IGNORECASE
    )
    cleaned = re.sub(
        r"\s*[\[(]?\s*(?:(?:co(?:mpany)?|gst|roc|reg)\b[^a-z]*(?:reg|id|no)?\W*(?:no)?\W*)?\d{4,}.*$|\s*[\[(]\s*\w{0,3}$",
        "",
        cleaned,
        flags=re.IGNORECASE,
    )
    # "NAME (TU" of "NAME (TU79369-P)", whose number has gone.
    return re.sub(r"\s*[\[(]\s*\w{0,3}$", "", cleaned).strip(" ,;:-")


def _buyer_block(sheet: Sheet) -> list[Line]:
    block: list[Line] = []
    for label in sheet.labelled("buyer_name"):
        if label.is_weak and label.start > 0:
            continue
        beside = [piece for piece in label.line.segments() if piece.box[0] >= label.box[2] - 0.005]
        rest = label.line.text[label.end :].lstrip(" .:#-–—")
        if rest and not label.is_weak and beside:
            # Across half a page stands the heading of another block.
            if beside[0].box[0] - label.box[2] < REACH_BESIDE:
                block.append(beside[0])
        elif rest and not rest.startswith("  ") and not label.is_weak:
            words = label.line.words_at(len(label.line.text) - len(rest), len(label.line.text))
            block.append(Line(label.line.page, words, label.line.aspect))
        block.extend(sheet.segments_below(label, limit=5, reach=4.0))
    return block


def _looks_like_address(text: str) -> bool:
    if re.search(r"(?:tel|fax|phone|gst|invoice|reg)\b", text, re.IGNORECASE):
        return False
    if re.search(r"[^\W\d_]{3}.*,.*[^\W\d_]{3}", text) and not LEGAL_FORM.search(text):
        return True
    has_number = re.search(r"\d", text) is not None
    return bool(STREET.search(text) and (has_number or "," in text)) or (
        has_number and "," in text and re.search(r"[^\W\d_]{3}", text) is not None
    )


def _ends_address(text: str) -> bool:
    if re.search(r"\bt[e3][l1i]|(?<!\d)\+?\d[\d -]{7,}\d", text, re.IGNORECASE):
        return True
    if re.match(r"[^\W\d_][\w ]{1,14}:", text) and not STREET.search(text):
        return True
    if re.search(
        r"\b(?:tel|fax|phone|hp|gst|e-?mail|invoice|receipt|date|bill|cashier|tax|vat|ust|steuer|reg|co\.?\s*no|company)\b|@|www\.|^\W*$",
        text,
        re.IGNORECASE,
    ):
        return True
    return _TITLE.match(text) is not None


def _overlaps(piece: Line, name: Line) -> bool:
    return piece.box[0] < name.box[2] + 0.05 and piece.box[2] > name.box[0] - 0.05


def _shares(line: Line, name: Line) -> bool:
    return any(word in line.words for word in name.words)
