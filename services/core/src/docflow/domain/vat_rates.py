"""VAT rates in per cent by country, those of the last ten years included; only countries whose rates are listed whole.

From the European Commission's table of VAT rates (2026), with the temporary rates of 2020 to 2024.
"""

from decimal import Decimal

_RATES = {
    "AT": "10 13 19 20 5", "BE": "6 12 21", "DE": "7 19 5 16", "DK": "25", "ES": "4 5 7.5 10 21 0.62 2",
    "FR": "2.1 5.5 8.5 10 20", "IE": "4.8 9 13.5 23 21 5", "IT": "4 5 10 22", "LU": "3 8 14 17 7 13 16",
    "NL": "6 9 21", "PL": "5 8 23", "PT": "6 13 23 4 5 9 12 16 18 22", "SE": "6 12 25",
}  # fmt: skip
_BY_COUNTRY = {
    country: frozenset({Decimal(0), *(Decimal(rate) for rate in rates.split())})
    for country, rates in _RATES.items()
}


def rates_of(vat_id: str) -> frozenset[Decimal] | None:
    """The rates of the country a VAT number names; None where they are not listed. Zero is always among them."""
    return _BY_COUNTRY.get(vat_id[:2])
