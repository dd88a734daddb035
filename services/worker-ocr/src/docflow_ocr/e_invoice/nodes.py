"""Reading values off an XML tree without namespaces."""

import re
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from docflow.domain.values.kinds import one_line
from docflow.domain.values.money import plain
from lxml import etree

Node: TypeAlias = etree._Element

_DECIMAL = re.compile(r"[+-]?(?:\d{1,30}(?:\.\d{0,20})?|\.\d{1,20})", re.ASCII)


def text(node: Node | None, *paths: str) -> str | None:
    """The first of these paths that holds text."""
    if node is None:
        return None
    for path in paths:
        for found in node.iterfind(path):
            if value := one_line("".join(found.itertext())):
                return value
    return None


def amount(node: Node | None, *paths: str) -> str | None:
    """An exact decimal; XML numbers have no group marks."""
    return exact(text(node, *paths))


def exact(value: str | None) -> str | None:
    """None for what is no decimal of XML, which has no exponent and no other digits than these."""
    return plain(Decimal(value)) if value and _DECIMAL.fullmatch(value) else None


def day(value: str | None) -> str | None:
    """An ISO day from `20180305` (format 102), `2018-03-05` or a date with time or zone behind it; None for no day of any
    calendar.
    """
    match = re.match(r"(\d{4})-?(\d{2})-?(\d{2})", value or "", re.ASCII)
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3])).isoformat()
    except ValueError:
        return None


def in_currency(nodes: list[Node], currency: str | None) -> str | None:
    """The amount in this currency; one that names none counts as the invoice's."""
    for node in nodes:
        if node.get("currencyID") in (currency, None):
            return exact((node.text or "").strip())
    return None


def total(node: Node | None, path: str, *, where: str = "", equals: str = "") -> str | None:
    """The sum of the amounts at `path` below every node of `node`'s children; None when there is none.

    Of children that have `where`, only those whose text there equals `equals`.
    """
    found = [] if node is None else node.findall(path.rpartition("/")[0])
    last = path.rpartition("/")[2]
    amounts = [
        Decimal(value)
        for one in found
        if not where or text(one, where) == equals
        if (value := amount(one, last)) is not None
    ]
    return plain(sum(amounts, Decimal(0))) if amounts else None


def with_scheme(party: Node | None, path: str) -> str | None:
    """An identifier behind the number of its register: "0002:123456789"."""
    found = None if party is None else party.find(path)
    value = text(found, ".")
    scheme = "" if found is None else found.get("schemeID", "")
    return f"{scheme}:{value}" if value and scheme else value


def present(values: dict[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value}
