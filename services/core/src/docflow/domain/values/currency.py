"""ISO 4217 codes and the signs and words that stand for them."""

import re

#: Codes that are looked for on pages.
CODES = frozenset({
    "AED", "ARS", "AUD", "BDT", "BGN", "BHD", "BRL", "CAD", "CHF", "CLP", "CNY", "COP", "CRC", "CZK", "DKK",
    "EGP", "EUR", "GBP", "GEL", "GHS", "HKD", "HRK", "HUF", "IDR", "ILS", "INR", "ISK", "JOD", "JPY", "KES",
    "KRW", "KWD", "KZT", "LKR", "MAD", "MDL", "MKD", "MXN", "MYR", "NGN", "NOK", "NZD", "OMR", "PEN", "PHP",
    "PKR", "PLN", "PYG", "QAR", "RON", "RSD", "RUB", "SAR", "SEK", "SGD", "THB", "TND", "TRY", "TWD", "UAH",
    "UGX", "USD", "UYU", "VND", "ZAR",
})  # fmt: skip
#: All others: some are words, such as ALL and TOP, so they count only where a code is asked for.
_RARE = frozenset({
    "AFN", "ALL", "AMD", "ANG", "AOA", "AWG", "AZN", "BAM", "BBD", "BIF", "BMD", "BND", "BOB", "BSD", "BTN",
    "BWP", "BYN", "BZD", "CDF", "CUP", "CVE", "DJF", "DOP", "DZD", "ERN", "ETB", "FJD", "FKP", "GIP", "GMD",
    "GNF", "GTQ", "GYD", "HNL", "HTG", "IQD", "IRR", "JMD", "KGS", "KHR", "KMF", "KPW", "KYD", "LAK", "LBP",
    "LRD", "LSL", "LYD", "MGA", "MMK", "MNT", "MOP", "MRU", "MUR", "MVR", "MWK", "MZN", "NAD", "NIO", "NPR",
    "PAB", "PGK", "RWF", "SBD", "SCR", "SDG", "SHP", "SLE", "SOS", "SRD", "SSP", "STN", "SVC", "SYP", "SZL",
    "TJS", "TMT", "TOP", "TTD", "TZS", "UZS", "VES", "VUV", "WST", "XAF", "XCD", "XCG", "XOF", "XPF", "YER",
    "ZMW", "ZWG",
})  # fmt: skip
#: Signs that mean one currency, and those that only usually do (the dollar is read as US unless a code is printed).
SIGNS = {
    "€": "EUR", "£": "GBP", "$": "USD", "¥": "JPY", "₹": "INR", "₩": "KRW", "₪": "ILS", "₺": "TRY", "₽": "RUB",
    "฿": "THB", "₫": "VND", "₱": "PHP", "₴": "UAH", "zł": "PLN",
}  # fmt: skip
WORDS = {
    "rm": "MYR", "euro": "EUR", "euros": "EUR", "eur": "EUR", "dollar": "USD", "dollars": "USD", "us": "USD",
    "fr": "CHF", "sfr": "CHF", "kr": "SEK", "kč": "CZK", "zł": "PLN", "rs": "INR", "hk": "HKD", "s": "SGD",
    "a": "AUD", "c": "CAD", "r": "BRL",
}  # fmt: skip
_SIGN = re.compile("|".join(re.escape(sign) for sign in SIGNS))
_PREFIXED = {
    "HK$": "HKD",
    "S$": "SGD",
    "A$": "AUD",
    "AU$": "AUD",
    "C$": "CAD",
    "CA$": "CAD",
    "R$": "BRL",
    "US$": "USD",
    "NZ$": "NZD",
}


def is_currency(code: str) -> bool:
    return code in CODES or code in _RARE


def parse_currency(text: str) -> str | None:
    """The code that a text like "EUR", "€ 12.00", "RM9.00" or "HK$ 3" names; None when it names none or several."""
    upper = text.upper()
    if is_currency(alone := upper.strip()):
        return alone
    named = {code for code in re.findall(r"(?<![A-Z])[A-Z]{3}(?![A-Z])", upper) if code in CODES}
    if named:
        return named.pop() if len(named) == 1 else None
    for prefix, code in _PREFIXED.items():
        if re.search(rf"(?<![A-Z]){re.escape(prefix)}", upper):
            return code
    if re.search(r"(?<![A-Z])RM(?![A-Z])", upper):
        return "MYR"
    signs = {SIGNS[sign] for sign in _SIGN.findall(text)}
    if signs:
        return signs.pop() if len(signs) == 1 else None
    word = text.strip().strip(".").casefold()
    return WORDS[word] if len(word) > 2 and word in WORDS else None
