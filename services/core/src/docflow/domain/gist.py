"""What a list shows of a process in a few words: whom it is of, and how much it is about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from docflow.domain.json_types import JsonObject
from docflow.domain.output_schema import FieldRole, shape_of

KNOWN_NAMES: Mapping[FieldRole, Sequence[str]] = {
    FieldRole.SENDER: (
        "seller_name", "company", "vendor_name", "supplier_name", "merchant_name", "employer_name", "bank_name",
        "payer_name", "business_name", "name",
    ),
    FieldRole.AMOUNT: ("grand_total", "total", "total_amount", "amount_due", "total_net", "closing_balance"),
    FieldRole.CURRENCY: ("currency",),
}  # fmt: skip
"""What schemas that give no field the role call such a field, the likeliest first."""

NameOfRole = Mapping[FieldRole, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Gist:
    """As far as it was read. `amount` is a plain decimal without zeros at its end."""

    seller: str | None = None
    amount: str | None = None
    currency: str | None = None


def names_by_role(schema: JsonObject | None) -> NameOfRole:
    """The fields that an output schema gives a role, in its order; the known names for a role that it gives to none."""
    fields = shape_of(schema or {}).fields
    own = {role: [spec.path for spec in fields if spec.role is role] for role in FieldRole}
    return {role: own[role] or KNOWN_NAMES[role] for role in FieldRole}


def gist_of(names: NameOfRole, values: Mapping[str, str]) -> Gist:
    """Of each role the first that was read."""

    def first(role: FieldRole) -> str | None:
        return next((values[name] for name in names[role] if values.get(name)), None)

    return Gist(first(FieldRole.SENDER), first(FieldRole.AMOUNT), first(FieldRole.CURRENCY))
