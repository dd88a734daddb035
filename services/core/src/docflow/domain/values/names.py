"""Names of firms and addresses by their form: legal forms, words of trades, streets, postcodes."""

import re
import unicodedata

LEGAL_FORM = re.compile(
    r"\b(?:SDN\.?\s*BHD|S/B|BHD|PLT|PTE\.?\s*LTD|PTY\.?\s*LTD|LTD|LIMITED|LLC|LLP|INC|CORP|CORPORATION|CO\.|COMPANY|PLC|GMBH|AG|KG|OHG|E\.?\s?K|UG|SE|"
    r"S\.?A\.?R\.?L|S\.?A\.?S|SAS|S\.?A|S\.?L|S\.?R\.?L|S\.?P\.?A|B\.?V|N\.?V|LDA|OY|AB|APS|A/S)\b\.?(?!\w)",
    re.IGNORECASE,
)
TRADE_WORD = re.compile(
    r"\b(?:ENTERPRISE|TRADING|RESTAURANT|RESTORAN|STATIONERY|BOOKS?|HARDWARE|SUPERMARKET|HYPERMARKET|MINIMARKET|MARKET|MART|STORE|SHOP|CAFE|CAFÉ|KOPITIAM|BAKERY|PHARMACY|FARMASI|HOTEL|"
    r"ELECTRICAL|MACHINERY|INDUSTR\w+|SERVICES?|KAFFEEHAUS|BÄCKEREI|APOTHEKE|MARKT|PERNIAGAAN|SYARIKAT|HOLDINGS?|GROUP|CENTRE|CENTER|HOUSE|FOOD|GARDEN|KITCHEN|DECO)\b",
    re.IGNORECASE,
)
STREET = re.compile(
    r"\b(?:jalan|jln|lorong|lot|taman|no\.?\s?\d|street|str\.|st\.|road|rd|avenue|ave|blvd|drive|suite|floor|lvl|level|block|blok|kampung|bandar|persiaran|lebuh\w*|plaza|"
    r"bukit|seksyen|section|selangor|kuala\s*lumpur|johor|penang|pulau|melaka|perak|sabah|sarawak|\w+stra(?:ss|ß)e|\w+str\.?|platz|allee|rue|calle|avenida|via|piazza|plaza|\w*ufer|\w+weg|\w+gasse|\w+platz|\w+allee|\w+ring)\b|^\D{0,3}\d{4,5}\s[A-ZÄÖÜ][a-zäöüß]+",
    re.IGNORECASE,
)
_POSTCODE = re.compile(
    r"(?<![\w-])(?:\d{4,6}|\d{5}-\d{3,4}|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d|\d{4} ?[A-Z]{2})(?![\w-])"
)
_BEFORE_POSTCODE = re.compile(r"\d|\b(?:lot|p\.?\s?o\.?\s*box|postfach)\b", re.IGNORECASE)
#: Small words that stand inside names of firms and people.
_JOINING = frozenset(
    [
        "of",
        "the",
        "and",
        "for",
        "in",
        "at",
        "on",
        "und",
        "der",
        "die",
        "das",
        "den",
        "für",
        "von",
        "vom",
        "zu",
        "zur",
        "et",
        "de",
        "du",
        "des",
        "la",
        "le",
        "les",
        "y",
        "e",
        "da",
        "do",
        "dos",
        "das",
        "del",
        "di",
        "della",
        "van",
        "en",
        "oleh",
        "t/a",
        "dba",
    ]
)
#: Small words that make a sentence, not a name.
_RUNNING = frozenset(
    [
        "through",
        "by",
        "via",
        "is",
        "are",
        "was",
        "be",
        "this",
        "that",
        "please",
        "your",
        "you",
        "we",
        "our",
        "if",
        "not",
        "from",
        "with",
    ]
)
#: Longer words of trades and legal forms: a scan that shows nearly one of them shows a slip.
_COMMON_WORDS = frozenset(
    [
        "enterprise",
        "trading",
        "restaurant",
        "stationery",
        "hardware",
        "supermarket",
        "hypermarket",
        "bakery",
        "pharmacy",
        "farmasi",
        "electrical",
        "machinery",
        "services",
        "service",
        "kaffeehaus",
        "apotheke",
        "perniagaan",
        "syarikat",
        "holdings",
        "kitchen",
        "garden",
        "corporation",
        "company",
        "limited",
        "marketing",
        "confectionery",
    ]
)
_CAPTION_NOUN = re.compile(
    r"\b(?:name|address|number|code|country|province|state|city|zip|town|street|telephone)\b", re.IGNORECASE
)


def has_legal_form(name: str) -> bool:
    return LEGAL_FORM.search(name) is not None


def ends_in_trade(name: str) -> bool:
    """Whether a trade stands first or last in a name: words behind it on a scan may be a stamp."""
    words = re.findall(r"[^\W\d_]+", name)
    return any(TRADE_WORD.search(word) is not None for word in (words[:1] + words[-1:]))


def is_only_generic(name: str) -> bool:
    """ "HYPERMARKET SDN BHD": a trade and a legal form without the name itself."""
    rest = TRADE_WORD.sub(" ", LEGAL_FORM.sub(" ", name))
    return re.search(r"[^\W_]{2}", rest) is None


def reads_as_sentence(text: str) -> bool:
    """Small words between that names do not have: "Purchased on a market through the Market Limited"."""
    words = re.findall(r"[^\W\d_]+", text)
    small = [word for word in words if word.islower() and len(word) > 1]
    running = sum(word in _RUNNING for word in small)
    return (running > 0 and len(words) >= 4) or len(
        [word for word in small if word not in _JOINING]
    ) * 2 > len(words) > 3


def reads_as_caption(text: str) -> bool:
    """What a form prints to say what belongs into a box: a box number before words, an explanation, nouns of captions."""
    if re.match(r"\d{1,2}[a-z]?\.?\s+[A-Z][a-z]+\s+[a-z]", text) or re.match(r"\(\w\s*=", text):
        return True
    nouns = {noun.casefold() for noun in _CAPTION_NOUN.findall(text)}
    return len(nouns) >= 3 or (len(nouns) == 2 and re.search(r"\b(?:or|and)\b", text) is not None)


def looks_misread(name: str) -> bool:
    """Whether a word is one letter beside a common one, as OCR leaves it: "HARUWARE", "PHARHACY", "HARDWÀRE"."""
    return any(_is_slip(word) for word in re.findall(r"[^\W\d_]{6,}", name))


def is_whole_address(text: str) -> bool:
    """Whether a house or street stands before a postcode."""
    codes = list(_POSTCODE.finditer(text))
    return any(_BEFORE_POSTCODE.search(text[: code.start()]) for code in codes)


def has_postcode(text: str) -> bool:
    return _POSTCODE.search(text) is not None


def _is_slip(word: str) -> bool:
    folded = word.casefold()
    if folded in _COMMON_WORDS:
        return False
    plain = "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))
    return plain in _COMMON_WORDS or any(_differs_by_one(plain, known) for known in _COMMON_WORDS)


def _differs_by_one(word: str, known: str) -> bool:
    return len(word) == len(known) and sum(a != b for a, b in zip(word, known, strict=True)) == 1
