"""What each signal of fraud weighs, and why: the one place to look it up or to change it.

`documented`: measured or reported where the source says. `judged`: a prior that orders signals by how rarely genuine
documents show them; no labels have fitted it yet. docs/fraud.md explains each code to reviewers.
"""

from dataclasses import dataclass
from enum import StrEnum

from docflow.domain.json_types import JsonObject
from docflow.domain.reading import FraudFlag


class Family(StrEnum):
    """Signals with one cause. A family counts once, by its strongest signal."""

    PAYEE = "payee"
    DUPLICATE = "duplicate"
    CONTENT = "content"
    ARITHMETIC = "arithmetic"
    STRUCTURE = "structure"
    VELOCITY = "velocity"
    PLUGIN = "plugin"


@dataclass(frozen=True, slots=True)
class Weight:
    family: Family
    weight: float
    source: str


_OPEN = (
    "judged: changed bank details are the costly invoice fraud, and calling back the control (FBI IC3 2024)"
)
_RARE = "documented: on 2 to 3 % of 149 genuine e-invoice PDFs"

WEIGHTS: dict[str, Weight] = {
    "bank_details_changed": Weight(Family.PAYEE, 0.6, _OPEN),
    "bank_details_new": Weight(Family.PAYEE, 0.85, _OPEN),
    "account_shared": Weight(Family.PAYEE, 0.6, "judged: two sellers rarely share an account"),
    "vendor_lookalike": Weight(Family.PAYEE, 0.4, "judged: a name one or two letters off; scans misread too"),
    "sender_lookalike": Weight(Family.PAYEE, 0.4, "judged: a domain one or two letters off is registered to deceive"),
    "sender_changed": Weight(Family.PAYEE, 0.15, "judged: bills are sent by services, which change"),
    "iban_country": Weight(Family.PAYEE, 0.15, "judged: sellers do bank abroad"),
    "duplicate_exact": Weight(Family.DUPLICATE, 0.9, "documented: the same bytes"),
    "duplicate_number": Weight(Family.DUPLICATE, 0.85, "judged: seller, number and amount are equal"),
    "duplicate_altered": Weight(Family.DUPLICATE, 0.8, "judged: one number, two amounts"),
    "duplicate_fields": Weight(Family.DUPLICATE, 0.6, "documented: 8 pairs among 626 receipts, all real duplicates"),
    "duplicate_picture": Weight(Family.DUPLICATE, 0.7, "documented: 58 of 60 rescans, and 1 of 3,540 other pairs of receipts before amounts are compared"),
    "text_changed": Weight(Family.CONTENT, 0.8, "documented: on none of 149 genuine e-invoice PDFs"),
    "signed_text_changed": Weight(Family.CONTENT, 0.8, "judged: as text_changed, behind a signature"),
    "form_changed": Weight(Family.CONTENT, 0.25, "documented: 4 of 13 genuine US forms were filled in again for somebody else"),
    "xml_page_mismatch": Weight(Family.CONTENT, 0.7, "judged: two totals or accounts in one file"),
    "prompt_injection": Weight(Family.CONTENT, 0.7, "judged: orders to a program have no place on an invoice"),
    "text_layer_mismatch": Weight(Family.CONTENT, 0.6, "documented: on none of 2,126 words with figures of genuine PDFs"),
    "hidden_text": Weight(Family.CONTENT, 0.5, "judged: layers of scans are told apart before"),
    "totals_mismatch": Weight(Family.ARITHMETIC, 0.35, "documented: the tell of generated receipts is arithmetic (arXiv 2603.11442)"),
    "iban_checksum": Weight(Family.ARITHMETIC, 0.35, "judged: misprints exist"),
    "vat_checksum": Weight(Family.ARITHMETIC, 0.25, "judged: misprints exist"),
    "vat_rate_unknown": Weight(Family.ARITHMETIC, 0.15, "judged: rates change, and others' rates are charged"),
    "future_date": Weight(Family.ARITHMETIC, 0.15, "judged: some invoices are dated ahead"),
    "einvoice_unsafe": Weight(Family.STRUCTURE, 0.6, "judged: an invoice has no reason to reach outside itself"),
    "program": Weight(Family.STRUCTURE, 0.5, "judged: no genuine invoice starts a program"),
    "attachment_executable": Weight(Family.STRUCTURE, 0.5, "judged: no genuine invoice brings a program"),
    "active_content": Weight(Family.STRUCTURE, 0.3, _RARE),
    "producer_changed": Weight(Family.STRUCTURE, 0.3, "judged: software is changed, but seldom"),
    "touched_up": Weight(Family.STRUCTURE, 0.25, _RARE),
    "fonts_mixed": Weight(Family.STRUCTURE, 0.15, "documented: on none of 1,424 numbers of 52 genuine PDFs; letters of several alphabets share lines"),
    "image_editor": Weight(Family.STRUCTURE, 0.1, "judged: pictures are cropped for honest reasons"),
    "revisions": Weight(Family.STRUCTURE, 0.03, "documented: 28 % of genuine e-invoice PDFs; shown, hardly counted"),
    "amount_unusual": Weight(Family.VELOCITY, 0.25, "judged: half above nearly all of the vendor's amounts"),
    "vendor_burst": Weight(Family.VELOCITY, 0.2, "judged: far more at once than ever before"),
    "split_invoices": Weight(Family.VELOCITY, 0.35, "judged: instalments and weekly bills come that way, too"),
    "under_approval_limit": Weight(Family.VELOCITY, 0.15, "judged: prices are set near round figures, and so are limits"),
    "first_vendor_high": Weight(Family.VELOCITY, 0.15, "judged: new vendors begin with ordinary amounts"),
}  # fmt: skip


def flag(
    code: str, message: str, evidence: JsonObject, *, weighs_as: str | None = None, share: float = 1.0
) -> FraudFlag:
    """A flag with its family and score. `share` 0..1: how much of the weight the circumstances leave.

    `weighs_as` names another entry of the table, where one code has a milder and a graver form.
    """
    weight = WEIGHTS[weighs_as or code]
    return FraudFlag(code, weight.family.value, round(weight.weight * share, 4), message, evidence)
