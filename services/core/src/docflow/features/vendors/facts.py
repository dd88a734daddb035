"""A document's fields, under whatever names its schema has, as facts of payment."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from docflow.domain.comparing import day, number
from docflow.domain.json_types import JsonObject, JsonScalar
from docflow.domain.output_schema import FieldSpec, shape_of
from docflow.domain.payment_facts import PaymentFacts
from docflow.domain.values.iban import normal_iban, valid_iban
from docflow.domain.values.kinds import text_key
from docflow.domain.values.vat import normal_vat
from docflow.features.reading import invoice_names

#: A value that is likelier right than wrong.
TRUSTED = 0.5
#: UNTDID 1001: credit notes and corrections.
_CREDIT_CODES = frozenset({"81", "83", "261", "262", "296", "308", "381", "384", "396", "420", "458", "532"})
MAX_ACCOUNTS = 20


def facts_of(
    schema: JsonObject, fields: JsonObject, tables: JsonObject, *, trusted: float = TRUSTED
) -> PaymentFacts:
    """`fields` and `tables` as in a result; values below the confidence `trusted` are left out."""
    read = _by_term(schema, fields, trusted)
    values = {term: one.get("value") for term, (_, one) in read.items()}
    seller, printed = _text(values.get("seller_name")), _text(values.get("invoice_number"))
    total = number(values.get("grand_total"))
    if total is None:
        total = number(values.get("amount_due"))
    vat_id = _text(values.get("seller_vat_id"))
    buyer = _text(values.get("buyer_vat_id"))
    return PaymentFacts(
        seller=seller,
        seller_key=text_key(seller or ""),
        vat_id=normal_vat(vat_id) if vat_id else None,
        buyer_vat_id=normal_vat(buyer) if buyer else None,
        number=printed,
        number_key=text_key(printed or ""),
        issued_on=day(values.get("issue_date")),
        total=total,
        currency=_text(values.get("currency")),
        accounts=_accounts(schema, values.get("iban"), tables),
        is_credit=_text(values.get("type_code")) in _CREDIT_CODES or (total is not None and total < 0),
        tax_rates=_rates(schema, tables),
        where=_places(read),
    )


def counted(document: Mapping[str, Any], facts: PaymentFacts) -> JsonObject | None:
    """What `count_documents` takes of a completed document, the ids of client and process left out.

    `document` names its `document_id`. None where no seller was read.
    """
    if not facts.seller_key:
        return None
    return {
        "document_id": str(UUID(str(document["document_id"]))),
        "seller": facts.seller,
        "seller_key": facts.seller_key,
        "vat_id": facts.vat_id,
        "number": facts.number,
        "number_key": facts.number_key or None,
        "issued_on": facts.issued_on.isoformat() if facts.issued_on else None,
        "total": str(facts.total) if facts.total is not None else None,
        "currency": facts.currency,
        "is_credit": facts.is_credit,
        "accounts": list(facts.accounts),
    }


def counted_documents(schema: JsonObject, extraction: JsonObject) -> tuple[JsonObject, ...]:
    """Of a process that is completed: every document that was read, the primary one with its corrections."""
    primary = str(extraction.get("document_id"))
    found = []
    for document in extraction.get("documents") or ():
        if document.get("error"):
            continue
        read = extraction if str(document["document_id"]) == primary else document
        # What was accepted counts, however sure the reading was.
        facts = facts_of(schema, read.get("fields") or {}, read.get("tables") or {}, trusted=0.0)
        if (one := counted(document, facts)) is not None:
            found.append(one)
    return tuple(found)


def _by_term(
    schema: JsonObject, fields: JsonObject, trusted: float
) -> dict[str, tuple[FieldSpec, JsonObject]]:
    found: dict[str, tuple[FieldSpec, JsonObject]] = {}
    for spec in shape_of(schema).fields:
        term, read = invoice_names.term_of(spec), fields.get(spec.path) or {}
        if term in found or read.get("value") is None:
            continue
        if float(read.get("confidence") or 0) >= trusted:
            found[term] = (spec, read)
    return found


_NAMES = {
    "seller_name": "seller", "invoice_number": "number", "issue_date": "issued_on", "grand_total": "total", "iban": "accounts",
}  # fmt: skip


def _places(read: Mapping[str, tuple[FieldSpec, JsonObject]]) -> dict[str, JsonObject]:
    return {
        name: {
            "field": read[term][0].path,
            "page": read[term][1].get("page"),
            "box": read[term][1].get("box"),
        }
        for term, name in _NAMES.items()
        if term in read
    }


def _accounts(schema: JsonObject, stated: object, tables: JsonObject) -> tuple[str, ...]:
    listed = _cells(schema, tables, invoice_names.Part.PAYMENTS, "iban")
    numbers = [normal_iban(str(one)) for one in (stated, *listed) if one is not None]
    return tuple(dict.fromkeys(one for one in numbers if valid_iban(one)))[:MAX_ACCOUNTS]


def _rates(schema: JsonObject, tables: JsonObject) -> tuple[Decimal, ...]:
    found = [number(one) for one in _cells(schema, tables, invoice_names.Part.TAXES, "tax_rate")]
    return tuple(dict.fromkeys(one for one in found if one is not None))


def _cells(
    schema: JsonObject, tables: JsonObject, part: invoice_names.Part, term: str
) -> Iterator[JsonScalar]:
    """One column of the tables that hold this part of an invoice."""
    for table in shape_of(schema).tables:
        if invoice_names.part_of(table) is not part:
            continue
        paths = [spec.path for spec in table.columns if invoice_names.column_term_of(spec, part) == term]
        for row in tables.get(table.path) or ():
            yield from (row[path].get("value") for path in paths if row.get(path))


def _text(value: object) -> str | None:
    return str(value).strip() or None if value is not None else None
