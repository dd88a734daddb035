"""A result as a DATEV booking batch (EXTF, category 21 "Buchungsstapel", format version 13).

By the vendor's public description of the format: Windows-1252, CRLF, semicolons, texts in quotes, amounts with a comma
and without a sign, days as DDMM inside one fiscal year. What has no place in a column is refused, not cut, unless the
format's own rule is to leave it out.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from docflow.domain.errors import PermanentError
from docflow.domain.json_types import JsonObject, JsonValue

ENCODING = "cp1252"
_VERSION, _CATEGORY, _FORMAT_VERSION = 700, 21, 13
_MOST_BOOKINGS = 99_999
_REFERENCE_REST = re.compile(r"[^A-Za-z0-9$&%*+\-/]")
_LINE_ENDS = re.compile(r"[\r\n\t]+")
_CENT = Decimal("0.01")
_LARGEST = Decimal("9999999999.99")

_PAIRS = tuple(
    name for number in range(1, 9) for name in (f"Beleginfo - Art {number}", f"Beleginfo - Inhalt {number}")
)
_MORE = tuple(
    name
    for number in range(1, 21)
    for name in (f"Zusatzinformation - Art {number}", f"Zusatzinformation - Inhalt {number}")
)
COLUMNS = (
    "Umsatz (ohne Soll/Haben-Kz)", "Soll/Haben-Kennzeichen", "WKZ Umsatz", "Kurs", "Basis-Umsatz", "WKZ Basis-Umsatz",
    "Konto", "Gegenkonto (ohne BU-Schlüssel)", "BU-Schlüssel", "Belegdatum", "Belegfeld 1", "Belegfeld 2", "Skonto",
    "Buchungstext", "Postensperre", "Diverse Adressnummer", "Geschäftspartnerbank", "Sachverhalt", "Zinssperre",
    "Beleglink", *_PAIRS, "KOST1 - Kostenstelle", "KOST2 - Kostenstelle", "Kost-Menge", "EU-Land u. UStID (Bestimmung)",
    "EU-Steuersatz (Bestimmung)", "Abw. Versteuerungsart", "Sachverhalt L+L", "Funktionsergänzung L+L",
    "BU 49 Hauptfunktionstyp", "BU 49 Hauptfunktionsnummer", "BU 49 Funktionsergänzung", *_MORE, "Stück", "Gewicht",
    "Zahlweise", "Forderungsart", "Veranlagungsjahr", "Zugeordnete Fälligkeit", "Skontotyp", "Auftragsnummer",
    "Buchungstyp", "USt-Schlüssel (Anzahlungen)", "EU-Land (Anzahlungen)", "Sachverhalt L+L (Anzahlungen)",
    "EU-Steuersatz (Anzahlungen)", "Erlöskonto (Anzahlungen)", "Herkunft-Kz", "Buchungs GUID", "KOST-Datum",
    "SEPA-Mandatsreferenz", "Skontosperre", "Gesellschaftername", "Beteiligtennummer", "Identifikationsnummer",
    "Zeichnernummer", "Postensperre bis", "Bezeichnung SoBil-Sachverhalt", "Kennzeichen SoBil-Buchung",
    "Festschreibung", "Leistungsdatum", "Datum Zuord. Steuerperiode", "Fälligkeit", "Generalumkehr (GU)", "Steuersatz",
    "Land", "Abrechnungsreferenz", "BVV-Position", "EU-Land u. UStID (Ursprung)", "EU-Steuersatz (Ursprung)",
    "Abw. Skontokonto",
)  # fmt: skip
_AT = {name: at for at, name in enumerate(COLUMNS)}


@dataclass(frozen=True, slots=True)
class Batch:
    """The head of a file. `consultant` and `client` are the numbers that the tax adviser gives."""

    consultant: int
    client: int
    made_at: datetime
    year_begins: tuple[int, int] = (1, 1)
    """Month and day."""
    account_length: int = 4
    chart: str = ""
    currency: str = "EUR"
    label: str = "DocFlow"
    final: bool = False
    """Festschreibung: the bookings cannot be changed after the import."""

    @classmethod
    def of(cls, given: JsonObject, made_at: datetime) -> "Batch":
        """Raises PermanentError `action_invalid`."""
        try:
            month, day = (int(part) for part in str(given.get("year_begins", "01-01")).split("-"))
            batch = cls(
                int(given["consultant"]),
                int(given["client"]),
                made_at,
                (month, day),
                int(given.get("account_length", 4)),
                str(given.get("chart", "")),
                str(given.get("currency", "EUR")),
                _on_one_line(str(given.get("label", "DocFlow")))[:30],
                given.get("final") is True,
            )
            date(2026, month, day)
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise _wrong(
                "a booking batch needs consultant, client and a year_begins of the form MM-DD"
            ) from error
        if not (
            1001 <= batch.consultant <= 9_999_999
            and 1 <= batch.client <= 99_999
            and 4 <= batch.account_length <= 8
            and re.fullmatch(r"|\d{2}", batch.chart)
            and re.fullmatch(r"[A-Z]{3}", batch.currency)
        ):
            raise _wrong(
                "consultant, client, account_length, chart or currency of the booking batch is out of range"
            )
        return batch

    def year_of(self, day: date) -> date:
        """The first day of the fiscal year that a day lies in."""
        begin = day.replace(month=self.year_begins[0], day=self.year_begins[1])
        return begin if begin <= day else begin.replace(year=begin.year - 1)


def booking_batch(bookings: Sequence[JsonObject], batch: Batch) -> bytes:
    """`bookings` name amount, account, counter_account and date; and may name side (S or H), currency, bu_key, reference,
    due_date, discount, text, cost_center_1, cost_center_2 and service_date.

    Raises PermanentError `export_incomplete` for a booking that the format does not take.
    """
    if not 1 <= len(bookings) <= _MOST_BOOKINGS:
        raise _incomplete(f"a batch holds 1 to {_MOST_BOOKINGS} bookings")
    days = [_day(booking.get("date"), "date") for booking in bookings]
    years = {batch.year_of(day) for day in days}
    if len(years) > 1:
        raise _incomplete("the bookings of a batch lie in one fiscal year")
    lines = [_head(batch, years.pop(), min(days), max(days)), ";".join(COLUMNS)]
    lines += [_line(booking, day, batch) for booking, day in zip(bookings, days, strict=True)]
    return "".join(f"{line}\r\n" for line in lines).encode(ENCODING, "replace")


def _head(batch: Batch, year: date, first: date, last: date) -> str:
    made = f"{batch.made_at:%Y%m%d%H%M%S}{batch.made_at.microsecond // 1000:03d}"
    parts = (
        _quoted("EXTF"), _VERSION, _CATEGORY, _quoted("Buchungsstapel"), _FORMAT_VERSION, made, "", _quoted("DF"),
        _quoted(""), _quoted(""), batch.consultant, batch.client, f"{year:%Y%m%d}", batch.account_length,
        f"{first:%Y%m%d}", f"{last:%Y%m%d}", _quoted(batch.label), _quoted(""), 1, 0, int(batch.final),
        _quoted(batch.currency), "", _quoted(""), "", "", _quoted(batch.chart), "", "", _quoted(""), _quoted(""),
    )  # fmt: skip
    return ";".join(str(part) for part in parts)


def _line(booking: JsonObject, day: date, batch: Batch) -> str:
    cells = [""] * len(COLUMNS)
    for name, cell in _cells(booking, day, batch):
        cells[_AT[name]] = cell
    return ";".join(cells)


def _cells(booking: JsonObject, day: date, batch: Batch) -> Iterator[tuple[str, str]]:
    amount, side = _amount(booking)
    yield COLUMNS[0], amount
    yield "Soll/Haben-Kennzeichen", _quoted(side)
    yield "WKZ Umsatz", _quoted(_currency(booking, batch))
    yield "Konto", _account(booking, "account", batch)
    yield "Gegenkonto (ohne BU-Schlüssel)", _account(booking, "counter_account", batch)
    if key := _text(booking, "bu_key"):
        if not re.fullmatch(r"\d{1,4}", key):
            raise _incomplete("bu_key has one to four digits")
        yield "BU-Schlüssel", _quoted(key)
    yield "Belegdatum", f"{day:%d%m}"
    yield "Belegfeld 1", _quoted(_REFERENCE_REST.sub("", _text(booking, "reference"))[:36])
    if booking.get("due_date"):
        yield "Belegfeld 2", _quoted(f"{_day(booking['due_date'], 'due_date'):%d%m%y}")
    if booking.get("discount"):
        yield "Skonto", _decimal(booking["discount"], "discount")[0]
    yield "Buchungstext", _quoted(_text(booking, "text")[:60])
    for place in (1, 2):
        if center := _text(booking, f"cost_center_{place}"):
            yield f"KOST{place} - Kostenstelle", _quoted(center[:36])
    yield "Festschreibung", str(int(batch.final))
    if booking.get("service_date"):
        yield "Leistungsdatum", f"{_day(booking['service_date'], 'service_date'):%d%m%Y}"


def _amount(booking: JsonObject) -> tuple[str, str]:
    """Without a sign: what is negative changes sides."""
    side = _text(booking, "side") or "S"
    if side not in ("S", "H"):
        raise _incomplete("side is S or H")
    text, negative = _decimal(booking.get("amount"), "amount")
    return text, side if not negative else {"S": "H", "H": "S"}[side]


def _decimal(value: JsonValue, name: str) -> tuple[str, bool]:
    try:
        number = Decimal(str(value)).quantize(_CENT, ROUND_HALF_UP)
    except (InvalidOperation, ValueError) as error:
        raise _incomplete(f"{name} is a number") from error
    if not number.is_finite() or number == 0 or abs(number) > _LARGEST:
        raise _incomplete(f"{name} is not zero and has at most ten digits before the comma")
    return f"{abs(number):.2f}".replace(".", ","), number < 0


def _account(booking: JsonObject, name: str, batch: Batch) -> str:
    """Of the chart with its length, or of a debtor or creditor with one digit more."""
    text = _text(booking, name)
    if not re.fullmatch(r"\d{1,9}", text) or len(text) > batch.account_length + 1 or int(text) == 0:
        raise _incomplete(f"{name} is a number of at most {batch.account_length + 1} digits")
    return text


def _currency(booking: JsonObject, batch: Batch) -> str:
    currency = _text(booking, "currency") or batch.currency
    if currency != batch.currency:
        raise _incomplete(
            "an amount in another currency than the batch's needs a rate, which no document states"
        )
    return currency


def _day(value: JsonValue, name: str) -> date:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError as error:
        raise _incomplete(f"{name} is a day") from error


def _text(booking: Mapping[str, JsonValue], name: str) -> str:
    value = booking.get(name)
    return "" if value is None else _on_one_line(str(value))


def _on_one_line(text: str) -> str:
    """Every line of the file is a booking, also inside quotes."""
    return _LINE_ENDS.sub(" ", text).strip()


def _quoted(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def _incomplete(told: str) -> PermanentError:
    return PermanentError(f"the booking cannot be written: {told}", code="export_incomplete")


def _wrong(told: str) -> PermanentError:
    return PermanentError(told, code="action_invalid")
