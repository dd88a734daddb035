"""What a structured e-invoice states, under the canonical field names."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Syntax(StrEnum):
    CII = "cii"
    ZUGFERD_1 = "zugferd1"
    UBL = "ubl"


@dataclass(frozen=True, slots=True)
class EInvoice:
    """`values` by canonical name, each in canonical form (exact decimals, ISO dates); absent names are left out.

    Names are those of EN 16931 in plain words: invoice_number BT-1, issue_date BT-2, type_code BT-3, currency BT-5,
    due_date BT-9 (first instalment), buyer_reference BT-10, seller_name BT-27, seller_vat_id BT-31, buyer_name BT-44,
    net_total BT-109, tax_total BT-110 (in the invoice's currency), grand_total BT-112, amount_due BT-115, iban BT-84
    (first), line_count; and more of both parties. `lines` hold description, quantity, unit, unit_price, base_quantity,
    line_total, tax_rate, tax_category, allowances, charges. `adjustments` are allowances and charges of the whole
    document (kind "allowance" or "charge", amount, reason, reason_code, base_amount, percent, tax_category, tax_rate),
    `taxes` the breakdown (tax_category, tax_rate, taxable_amount, tax_amount, exemption_reason) and `payments` the ways
    to pay (means_code, iban, bic, account_name, card_number, information). `warnings` are codes of rules the document
    breaks.
    """

    syntax: Syntax
    profile: str
    values: Mapping[str, str]
    lines: tuple[Mapping[str, str], ...] = ()
    adjustments: tuple[Mapping[str, str], ...] = ()
    taxes: tuple[Mapping[str, str], ...] = ()
    payments: tuple[Mapping[str, str], ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def texts(self) -> list[str]:
        """All that it states, for those who look for words."""
        rows = (*self.lines, *self.adjustments, *self.taxes, *self.payments)
        return [*self.values.values(), *(text for row in rows for text in row.values())]
