"""One reader for each kind of field; each gives candidates, best first, and none where there is nothing."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from docflow.adapters.llm.offline import parties
from docflow.adapters.llm.offline.lexicon import CONCEPT_BY_NAME
from docflow.adapters.llm.offline.sheet import Beside, Sheet, is_running
from docflow.adapters.llm.offline.sums import amount_of
from docflow.adapters.llm.offline.totals import Rated, net_and_tax, rivals_of, totals_of
from docflow.domain.output_schema import FieldSpec
from docflow.domain.page_values import FoundValue
from docflow.domain.ports.llm import Candidate
from docflow.domain.values.currency import CODES, parse_currency
from docflow.domain.values.dates import find_dates
from docflow.domain.values.kinds import FieldKind, canonical, one_line
from docflow.domain.values.money import parse_amount
from docflow.domain.values.names import has_legal_form, reads_as_caption

#: Social security and employer numbers, 123-45-6789 and 12-3456789, blanks between digits allowed.
_TAX_ID = re.compile(
    r"(?<![\d-])(?:(?:\d\s*){3}[-–]\s*(?:\d\s*){2}[-–]\s*(?:\d\s*){4}|(?:\d\s*){2}[-–]\s*(?:\d\s*){7})(?![\d-])"
)
_OTHER_DOLLARS = re.compile(
    r"\b(?:Canada|Canadian|Ontario|Qu[eé]bec|Alberta|British Columbia|Manitoba|Toronto|Vancouver|Montr[eé]al|Australia|Sydney|Melbourne|"
    r"New Zealand|Auckland|Singapore|Hong Kong|Taiwan|[ABCEGHJ-NPRSTVXY]\d[A-Z] \d[A-Z]\d)\b"
)
_TAX_ID_NAMES = frozenset(
    {"tin", "ssn", "ein", "taxpayer_id", "social_security_number", "employer_identification_number"}
)
#: How words begin that go with any day, in six languages: its name, and the time.
_OF_DAYS = frozenset(
    [
        "mon",
        "tue",
        "wed",
        "thu",
        "fri",
        "sat",
        "sun",
        "die",
        "mit",
        "don",
        "fre",
        "sam",
        "son",
        "lun",
        "mar",
        "mer",
        "jeu",
        "ven",
        "dim",
        "mié",
        "jue",
        "vie",
        "sáb",
        "dom",
        "gio",
        "sab",
        "seg",
        "ter",
        "qua",
        "qui",
        "sex",
        "tim",
        "heu",
        "uhr",
        "zei",
        "hor",
        "ora",
    ]
)
#: What the concept of a field starts with that only the client's own schema names.
OWN = "field:"
#: A text value longer than this was taken over a column's edge.
MAX_TEXT = 120


def concept_of(spec: FieldSpec) -> str:
    """The concept a field asks for; a field of its own kind is its own concept."""
    known = CONCEPT_BY_NAME.get(spec.name.lower())
    # A money field called "total" in a table of hours is still a total; a date called "number" is not a number.
    return known if known and _fits(known, spec.kind) else f"{OWN}{spec.path}"


def candidates_of(sheet: Sheet, spec: FieldSpec) -> Sequence[Candidate]:
    concept = concept_of(spec)
    match spec.kind:
        case FieldKind.MONEY:
            return _money(sheet, concept)
        case FieldKind.DATE:
            return _dates(sheet, concept)
        case FieldKind.CURRENCY:
            return _currencies(sheet)
        case FieldKind.IBAN:
            return _anywhere(sheet.values(FieldKind.IBAN))
        case FieldKind.VAT_ID:
            return _vat_ids(sheet)
        case FieldKind.ID:
            return _tax_ids(sheet, concept) if spec.name.lower() in _TAX_ID_NAMES else _ids(sheet, concept)
        case FieldKind.PARTY:
            return _parties(sheet, concept)
        case FieldKind.ADDRESS:
            return _addresses(sheet, concept)
        case FieldKind.EMAIL | FieldKind.PHONE:
            return _labelled(sheet, concept, spec.kind) or _anywhere(sheet.values(spec.kind))
        case FieldKind.RATE:
            return _rates(sheet, concept)
        case FieldKind.QUANTITY:
            return _labelled(sheet, concept, spec.kind)
        case FieldKind.TEXT | FieldKind.BOOLEAN:
            return _texts(sheet, concept, spec.kind)


def _money(sheet: Sheet, concept: str) -> Sequence[Candidate]:
    if concept == "grand_total":
        return [_rated(one) for one in rivals_of(totals_of(sheet))]
    if concept in ("net_total", "tax_total"):
        gross = next((one.amount for one in totals_of(sheet)), None)
        nets, taxes = net_and_tax(sheet, gross)
        return [_rated(one) for one in rivals_of(nets if concept == "net_total" else taxes)]
    found = list(sheet.beside(concept, FieldKind.MONEY))
    whole = [one for one in found if one.value.has_decimals] or found
    if whole and concept.startswith(OWN) and sheet.has_misread_twin(whole[0].label):
        # Two captions that differ in a letter are one caption, of two figures: nothing says which is asked for.
        return _unique(replace(_beside(one, concept), label_found=False) for one in whole[:3])
    return _unique(_beside(one, concept) for one in whole[:3])


def _dates(sheet: Sheet, concept: str) -> Sequence[Candidate]:
    labelled = sorted(sheet.beside(concept, FieldKind.DATE), key=_date_order)
    if concept == "issue_date":
        labelled = [one for one in labelled if not _goes_on(one)]
    if labelled or concept != "issue_date":
        best = [one for one in labelled if _date_order(one)[:2] == _date_order(labelled[0])[:2]]
        return _unique(_date(one.value, _is_told(one, concept)) for one in best)
    taken = {
        id(one.value.line)
        for other in ("due_date", "service_date")
        for one in sheet.beside(other, FieldKind.DATE)
    }
    return _unique(
        _date(found, None) for found in sheet.values(FieldKind.DATE) if id(found.line) not in taken
    )[:3]


def _date_order(found: Beside) -> tuple[bool, int, bool]:
    """A "date" with a word before it is the date of something else; then the longest label, then beside."""
    before = found.label.line.text[: found.label.start]
    qualified = re.search(r"[^\W\d_] ?$", before) is not None
    return qualified, -len(found.label.key), found.below


def _goes_on(found: Beside) -> bool:
    """Whether the label is the beginning of another one: "Date limite de paiement le 5 juillet"."""
    between = "" if found.below else found.label.line.text[found.label.end : found.value.start]
    words = [word for word in re.findall(r"[^\W\d_]{4,}", between) if word[:3].casefold() not in _OF_DAYS]
    return "  " not in between.strip(" .:") and bool(words)


def _date(found: FoundValue, labelled: bool | None) -> Candidate:
    """A day that could be swapped is written out, so that it is typed as this paper writes it."""
    text = str(found.value) if found.ambiguous else found.text
    return Candidate(text, found.line.page, found.line.text, labelled)


def _currencies(sheet: Sheet) -> Sequence[Candidate]:
    named = [
        Candidate(code, one.page, one.quote, True)
        for one in _texts(sheet, "currency", FieldKind.CURRENCY)
        if (code := parse_currency(one.text))
    ]
    beside_totals = [parse_currency(one.value.text) or _code_on(one.value) for one in totals_of(sheet)[:1]]
    marks = Counter(
        code for line in sheet.lines for word in line.words
        if (code := _mark(word.text)) is not None
    )  # fmt: skip
    codes = [
        code
        for code in (*[c.text for c in named], *beside_totals, *[c for c, _ in marks.most_common(1)])
        if code
    ]
    return [
        Candidate(code, None, "", bool(named) or not _is_open_dollar(sheet, code))
        for code in list(dict.fromkeys(codes))[:1]
    ]


def _is_open_dollar(sheet: Sheet, code: str) -> bool:
    """A bare "$" on a paper that names another country of dollars."""
    return code == "USD" and not any("USD" in line.text or "US$" in line.text for line in sheet.lines) and any(
        _OTHER_DOLLARS.search(line.text) for line in sheet.lines
    )  # fmt: skip


def _code_on(found: FoundValue) -> str | None:
    return parse_currency(found.line.text)


def _mark(word: str) -> str | None:
    if word.upper().strip("()[].,:") in CODES and word.isupper():
        return word.strip("()[].,:")
    has_sign = any(sign in word for sign in "€£$¥₹₩₪₺₽฿₫₱₴") or (
        word[:2].upper() == "RM" and not word[2:3].isalpha()
    )
    return parse_currency(word) if has_sign else None


def _vat_ids(sheet: Sheet) -> Sequence[Candidate]:
    buyers = {
        id(line)
        for line in sheet.lines
        if any("buyer_name" in label.concepts for label in sheet.labels_of(line))
    }
    seller = next((party.name for party in parties.sellers_of(sheet)), "")
    found = [one for one in sheet.values(FieldKind.VAT_ID) if id(one.line) not in buyers]
    named = [one for one in found if seller and seller.split()[0].casefold() in one.line.text.casefold()]
    return _anywhere(named or found)


def _ids(sheet: Sheet, concept: str) -> Sequence[Candidate]:
    found = [one for one in sheet.beside(concept, FieldKind.ID) if _is_id(one.value) and _follows(one)]
    if concept.endswith("year"):
        found = [one for one in found if re.fullmatch(r"(?:19|20)\d\d", one.value.text)]
    first: dict[int, Beside] = {}
    for one in found:
        first.setdefault(id(one.label), one)
    ranked = sorted(
        first.values(),
        key=lambda one: (one.label.is_weak, one.value.line.page, one.below, -len(one.label.key)),
    )
    top = ranked[0] if ranked else None
    best = [
        one
        for one in ranked
        if top
        and (one.label.is_weak, one.value.line.page, one.below)
        == (top.label.is_weak, top.value.line.page, top.below)
    ]
    return _unique(_beside(one, concept) for one in best[:3])


def _tax_ids(sheet: Sheet, concept: str) -> Sequence[Candidate]:
    """US numbers by their shape, which forms print one digit a box; only where a label asks for one."""
    if next(sheet.labelled(concept), None) is None:
        return []
    found = [
        Candidate(match[0].strip(), line.page, line.text, None)
        for line in sheet.lines
        for match in _TAX_ID.finditer(line.text)
    ]
    return [one for one in _unique(found) if found and one.page == found[0].page][:3]


def _follows(found: Beside) -> bool:
    """At once behind its label or across a column's gap; not somewhere in the sentence that follows."""
    between = found.label.line.text[found.label.end : found.value.start] if not found.below else ""
    return not re.search(r"[^\W\d_]{3}", between) or "  " in between


def _is_id(found: FoundValue) -> bool:
    """Not a day, not an amount, not a rate, and more than one character."""
    text = found.text
    around = found.line.text[found.start : found.end + 12]
    starts_date = any(date.start == 0 for date in find_dates(around))
    is_amount = found.has_decimals and parse_amount(text) is not None
    return (
        (len(text) > 1 or found.line.text[: found.start].endswith("  "))
        and not starts_date
        and not is_amount
        and not found.line.text[found.end :].startswith("%")
    )


def _parties(sheet: Sheet, concept: str) -> Sequence[Candidate]:
    if concept == "seller_name":
        found = parties.sellers_of(sheet)
        close = [party for party in found if party.score >= found[0].score - 0.4]
        return _unique(
            Candidate(party.name, party.line.page, party.line.text, party.certain) for party in close[:3]
        )
    if concept == "buyer_name":
        return [
            Candidate(one_line(line.text), line.page, line.text, True if has_legal_form(line.text) else None)
            for line in parties.buyers_of(sheet)[:1]
        ]
    return [found for found in _texts(sheet, concept, FieldKind.PARTY) if parties.may_be_name(found.text)]


def _addresses(sheet: Sheet, concept: str) -> Sequence[Candidate]:
    labelled = _labelled_addresses(sheet, concept)
    if labelled:
        return labelled
    if concept == "seller_address":
        for party in parties.sellers_of(sheet)[:2]:
            address = parties.address_after(sheet, party.line)
            if address and parties.may_be_address(address):
                return [Candidate(address, party.line.page, "", None)]
    return []


def _labelled_addresses(sheet: Sheet, concept: str) -> Sequence[Candidate]:
    found = []
    for label in sheet.labelled(concept):
        text = one_line(sheet.text_beside(label))
        if text and parties.may_be_address(text):
            found.append(Candidate(text, label.line.page, label.line.text, True))
    return found[:1]


def _rates(sheet: Sheet, concept: str) -> Sequence[Candidate]:
    taxed = [
        found for found in sheet.values(FieldKind.RATE)
        if any(set(label.concepts) & {"tax_total", "tax_rate", concept} for label in sheet.labels_of(found.line))
    ]  # fmt: skip
    return _unique(
        Candidate(found.text, found.line.page, found.line.text, not _is_waived(sheet, found))
        for found in taxed
    )[:3]


def _is_waived(sheet: Sheet, found: FoundValue) -> bool:
    """A rate beside amounts of nothing was not applied: "VAT (19%)  0.00"."""
    amounts = [one for one in sheet.values_on(found.line, FieldKind.MONEY) if one.has_decimals]
    return bool(amounts) and all(amount_of(one) == 0 for one in amounts)


def _texts(sheet: Sheet, concept: str, kind: FieldKind) -> Sequence[Candidate]:
    found = []
    for label in sorted(sheet.labelled(concept), key=lambda label: (label.line.page, -len(label.key))):
        text = one_line(sheet.text_beside(label))
        if (
            text
            and len(text) <= MAX_TEXT
            and canonical(kind, text) is not None
            and not is_running(text)
            and not reads_as_caption(text)
        ):
            # What only stands under or across from a label may be the next caption; a name or a number shows what it is.
            told = kind is not FieldKind.TEXT or sheet.is_marked(label)
            found.append(Candidate(text, label.line.page, label.line.text, True if told else None))
    return _unique(found)[:2]


def _labelled(sheet: Sheet, concept: str, kind: FieldKind) -> Sequence[Candidate]:
    return _unique(_beside(one, concept) for one in sheet.beside(concept, kind))[:2]


def _anywhere(found: Iterable[FoundValue]) -> Sequence[Candidate]:
    return _unique(Candidate(str(one.value), one.line.page, one.line.text, True) for one in found)[:3]


def _beside(found: Beside, concept: str) -> Candidate:
    told = _is_told(found, concept)
    return Candidate(found.value.text, found.value.line.page, found.value.line.text, told)


def _is_told(found: Beside, concept: str) -> bool:
    """Under a word that is a label only because a client named a field so, any column's number may stand."""
    return not (found.below and concept.startswith(OWN))


def _rated(rated: Rated) -> Candidate:
    return Candidate(
        rated.value.text, rated.value.line.page, rated.value.line.text, rated.label is not None or None
    )


def _unique(candidates: Iterable[Candidate]) -> list[Candidate]:
    return list(
        {one_line(candidate.text).casefold(): candidate for candidate in reversed(list(candidates))}.values()
    )[::-1]


def _fits(concept: str, kind: FieldKind) -> bool:
    amounts = {"grand_total", "amount_due", "net_total", "tax_total", "paid", "change"}
    match kind:
        case FieldKind.MONEY:
            return concept in amounts
        case FieldKind.DATE:
            return concept.endswith("_date")
        case FieldKind.PARTY:
            return concept in ("seller_name", "buyer_name")
        case FieldKind.ADDRESS:
            return concept == "seller_address"
        case _:
            return concept not in amounts
