"""Tests of values by arithmetic and check digits."""

from collections.abc import Mapping
from decimal import Decimal

from docflow.domain.comparing import number
from docflow.domain.json_types import JsonScalar
from docflow.domain.reading import Check
from docflow.domain.values.iban import normal_iban, valid_iban
from docflow.domain.values.kinds import FieldKind
from docflow.domain.values.vat import normal_vat, valid_vat

#: Totals are rounded to cents once or line by line.
TOLERANCE = Decimal("0.02")


def digit_check(kind: FieldKind, value: JsonScalar) -> Check | None:
    """Check digits of account and VAT numbers; None where there is nothing to test."""
    if kind is FieldKind.IBAN and value is not None:
        return Check("iban_checksum", valid_iban(normal_iban(str(value))))
    if kind is FieldKind.VAT_ID and value is not None:
        valid = valid_vat(normal_vat(str(value)))
        return None if valid is None else Check("vat_checksum", valid)
    return None


def totals_check(values: Mapping[str, JsonScalar]) -> Check | None:
    """net + tax = gross, where all three were read; None where one is missing."""
    amounts = [number(values.get(name)) for name in ("net_total", "tax_total", "grand_total")]
    net, tax, gross = amounts
    if net is None or tax is None or gross is None:
        return None
    return Check("totals_add_up", abs(net + tax - gross) <= TOLERANCE)
