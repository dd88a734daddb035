"""Lines of a table that are none of its items: sums, sums carried from page to page, taxes, payments.

In English, German, French, Spanish, Portuguese and Italian.
"""

import re
import unicodedata
from enum import StrEnum

from docflow.domain.values.currency import CODES


class Summary(StrEnum):
    CARRIED = "carried"
    SUBTOTAL = "subtotal"
    ADJUSTMENT = "adjustment"
    """What is added to the items or taken off before the total: shipping, a discount on all."""
    TOTAL = "total"


_WORDS = {
    Summary.CARRIED: (
        r"ubertrag\w*|uebertrag\w*|(?:amount|balance|sum|total)?\s*(?:carried|brought) (?:forward|over)|carry (?:forward|over)|continued|"
        r"seitensumme|page total|total (?:of )?(?:this )?page|a reporter|report\b|total (?:de la )?page|suma y sigue|suma anterior|"
        r"total (?:de la |da )?pagina|a transportar|transporte\b|de transporte|a riportare|riporto|totale (?:di )?pagina"
    ),
    Summary.SUBTOTAL: (
        r"sub\s*+-?\s*+totale?|subtotaal|zwischensumme|sous\s*+-?\s*+total|soma parcial|suma parcial|total parcial|totale parziale|parziale|"
        r"summe (?:titel|gruppe|position|abschnitt)|section total|group total"
    ),
    Summary.ADJUSTMENT: (
        r"shipping|freight|delivery (?:fee|charge|cost)s?|postage|handling|versand(?:kosten|pauschale|gebuhr\w*)?|fracht(?:kosten)?|porto\b|frais (?:de )?(?:port|livraison)|"
        r"gastos de envio|portes\b|spese di (?:spedizione|trasporto)|rounding|rundung|arrondi|total discount|less discount|discount|"
        r"(?:gesamt)?rabatt|remise|descuento|desconto|sconto"
    ),
    Summary.TOTAL: (
        r"(?:grand |invoice |net |gross |order |factuur |facture |factura |fattura )?tota+l(?:e[sn]?|s|i)?|summen?|gesamt(?:preis|wert|netto|brutto)?|(?:rechnungs|end|zahl|netto|brutto|steuer)(?:betrag|summe)|gesamt(?:betrag|summe)|"
        r"netto|brutto|net (?:amount|a payer)|amount (?:due|payable|paid)|balance|montant (?:total|ht|ttc|tva|net)|importe total|importo totale|"
        r"valor (?:total|liquido)|base imponible|imponibile|base tributavel|(?:incl\w*|zzgl\w*|plus|add|inkl\w*|including|davon)?\.?\s*(?:sales tax|tax|vat|"
        r"gst|mwst|ust|umsatzsteuer|mehrwertsteuer|tva|t\.v\.a|iva|i\.v\.a|btw)\b|cuota|imposta|paid\b|payments?\b|bezahlt|acompte|deposit paid|"
        r"a pagar|da pagare|a payer|zu zahlen|purchases\b|exclu\w+ btw|saldo|solde"
    ),
}  # fmt: skip
_SUMMARIES = [
    (kind, re.compile(rf"[\W\d]*+(?:{words})(?![^\W\d_])", re.IGNORECASE)) for kind, words in _WORDS.items()
]


#: What may follow: "Total amount incl. VAT 20 % EUR" sums up, "Total station hire" may be an item.
_CODES = "|".join(sorted(CODES))
# Nothing is given back: several of these words fit one stretch, and a long line would take time beyond measure.
_REST = re.compile(
    r"(?:[\W\d_]|(?:of|for|the|this|to|at|on|from|de|la|le|du|da|do|del|della|der|die|das|von|aus|auf|in|"
    r"pages?|seite|pagina|forward|over|net|gross|netto|brutto|nett|amount|betrag|sum|due|payable|paid|pay|payer|pagar|pagare|zahlen|ht|ttc|h|t|c|"
    r"tva|iva|vat|tax|gst|sst|mwst|ust|btw|sales|incl\w*|excl\w*|exkl\w*|inkl\w*|zzgl|with|without|ohne|hors|sin|sem|esclus\w+|round\w*|adj\w*|"
    r"after|before|discount|checkout|general\w*|facture|factura|fattura|fatura|factuur|rechnung|documento?|invoice|order|rates?|standard|reduced|"
    rf"totals?|totale|summe|rm|il?liquido|imponi\w+|liquido|charges?|fees?|costs?|kosten|shipping|page|{_CODES})(?![^\W\d_]))*+",
    re.IGNORECASE,
)


def summary_of(text: str) -> Summary | None:
    """What a line sums up, by the words it begins with; None for a line that is an item."""
    folded = _folded(text)
    return next((kind for kind, words in _SUMMARIES if words.match(folded)), None)


def only_sums_up(text: str) -> bool:
    """Whether nothing but words of sums stands there; what begins like one and goes on may be an item's name."""
    folded = _folded(text)
    begun = [match for _, words in _SUMMARIES if (match := words.match(folded))]
    return any(_REST.fullmatch(folded, match.end()) is not None for match in begun)


def _folded(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
