"""Lines of a table that are none of its items: sums, sums carried from page to page, taxes, payments.

In English, German, French, Spanish, Portuguese and Italian.
"""

import re
import unicodedata
from enum import StrEnum


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
        r"sub\s*-?\s*totale?|subtotaal|zwischensumme|sous\s*-?\s*total|soma parcial|suma parcial|total parcial|totale parziale|parziale|"
        r"summe (?:titel|gruppe|position|abschnitt)|section total|group total"
    ),
    Summary.ADJUSTMENT: (
        r"shipping|freight|delivery (?:fee|charge|cost)s?|postage|handling|versand\w*|fracht\w*|porto\b|frais (?:de )?(?:port|livraison)|"
        r"gastos de envio|portes\b|spese di (?:spedizione|trasporto)|rounding|rundung|arrondi|total discount|less discount|discount|"
        r"(?:gesamt)?rabatt|remise|descuento|desconto|sconto"
    ),
    Summary.TOTAL: (
        r"(?:grand |invoice |net |gross |order |factuur |facture |factura |fattura )?tota+l\w*|summe|gesamt\w*|(?:rechnungs|end|zahl|netto|brutto|steuer)(?:betrag|summe)|"
        r"netto|brutto|net (?:amount|a payer)|amount (?:due|payable|paid)|balance|montant (?:total|ht|ttc|tva|net)|importe total|importo totale|"
        r"valor (?:total|liquido)|base imponible|imponibile|base tributavel|(?:incl\w*|zzgl\w*|plus|add|inkl\w*|including|davon)?\.?\s*(?:sales tax|tax|vat|"
        r"gst|mwst|ust|umsatzsteuer|mehrwertsteuer|tva|t\.v\.a|iva|i\.v\.a|btw)\b|cuota|imposta|paid\b|payments?\b|bezahlt|acompte|deposit paid|"
        r"a pagar|da pagare|a payer|zu zahlen|purchases\b|exclu\w+ btw|saldo|solde"
    ),
}  # fmt: skip
_SUMMARIES = [
    (kind, re.compile(rf"[\W\d]*(?:{words})(?![^\W\d_])", re.IGNORECASE)) for kind, words in _WORDS.items()
]


def summary_of(text: str) -> Summary | None:
    """What a line sums up, by the words it begins with; None for a line that may be an item."""
    folded = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return next((kind for kind, words in _SUMMARIES if words.match(folded)), None)
