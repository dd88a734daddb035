"""Whether all that a document lists was read: rows seen against rows read, their sum against the totals.

What does not add up is held for a person, never completed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

from docflow.domain.json_types import JsonObject
from docflow.domain.outcomes import Place

#: Totals are rounded to cents once. More than this would hide a lost row.
CENTS = Decimal("0.02")
#: Each line may be rounded; over many lines that stays far below the price of one.
MOST = Decimal("0.05")
_A_LINE = Decimal("0.005")
#: Enough to show a person where to look.
MAX_PLACES = 20


@dataclass(frozen=True, slots=True)
class Listed:
    """What a table shows and what was read of it.

    `missed` are the places of rows that no row read stands on, `loose` those of amounts in the table's column with
    nothing beside them. `amounts` are what the rows read add up of, None where a row has none. `totals` are those of the
    document, with their names, one of which the rows come to; `adjustments` stand between rows and totals. `sums` False = no total of this
    document sums up the table, so that nothing can be said.
    """

    table: str
    rows: int
    missed: tuple[Place, ...] = ()
    loose: tuple[Place, ...] = ()
    amounts: tuple[Decimal | None, ...] = ()
    totals: tuple[tuple[str, Decimal], ...] = ()
    adjustments: tuple[Decimal, ...] = ()
    sums: bool = True


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that was not read; `field` is the table's path. The message carries no value."""

    code: str
    field: str
    message: str
    places: tuple[Place, ...] = ()

    def as_json(self) -> JsonObject:
        return {
            "code": self.code,
            "field": self.field,
            "message": self.message,
            "places": [place.as_json() for place in self.places],
        }

    @classmethod
    def from_json(cls, data: JsonObject) -> "Gap":
        places = tuple(Place.from_json(place) for place in data.get("places") or ())
        return cls(str(data["code"]), str(data["field"]), str(data.get("message", "")), places)


def gaps_of(listed: Listed) -> tuple[Gap, ...]:
    """Empty = nothing shows that a part of the table is missing."""
    return (*_missed(listed), *_loose(listed), *_differing(listed))


def adds_up(listed: Listed) -> bool:
    """Whether the rows read come to one of the totals, with or without what stands between."""
    total = sum((amount for amount in listed.amounts if amount is not None), Decimal(0))
    margin = min(MOST, max(CENTS, _A_LINE * len(listed.amounts)))
    return any(
        abs(total + change - stated) <= margin
        for change in _changes(listed.adjustments)
        for _, stated in listed.totals
    )


def _missed(listed: Listed) -> tuple[Gap, ...]:
    if not listed.missed:
        return ()
    count, pages = len(listed.missed), _pages(listed.missed)
    rows = "1 row was" if count == 1 else f"{count} rows were"
    told = f"{rows} seen in {listed.table} but not read ({pages}); {listed.rows} were read"
    return (Gap("rows_missing", listed.table, told, listed.missed[:MAX_PLACES]),)


def _loose(listed: Listed) -> tuple[Gap, ...]:
    if not listed.loose:
        return ()
    count, pages = len(listed.loose), _pages(listed.loose)
    amounts = "an amount stands" if count == 1 else f"{count} amounts stand"
    told = f"{amounts} in {listed.table} that no row read has ({pages})"
    return (Gap("amount_unclaimed", listed.table, told, listed.loose[:MAX_PLACES]),)


def _differing(listed: Listed) -> tuple[Gap, ...]:
    if not (listed.rows and listed.sums and listed.totals) or adds_up(listed):
        return ()
    names = " nor ".join(dict.fromkeys(name for name, _ in listed.totals))
    told = f"the rows of {listed.table} do not add up to {names}"
    if any(amount is None for amount in listed.amounts):
        told += "; some rows were read without an amount"
    return (Gap("sum_differs", listed.table, told),)


def _changes(adjustments: Sequence[Decimal]) -> set[Decimal]:
    """None, each and all of the adjustments; what is taken off may be printed without its minus."""
    signed = [amount for one in adjustments[:6] for amount in {one, -abs(one)}]
    sums = {sum(chosen, Decimal(0)) for size in (0, 1, 2) for chosen in combinations(signed, size)}
    return sums | {sum(adjustments, Decimal(0))}


def _pages(places: Sequence[Place]) -> str:
    pages = sorted({place.page for place in places})
    told = ", ".join(str(page) for page in pages[:5]) + (" and later" if len(pages) > 5 else "")
    return f"page {told}" if len(pages) == 1 else f"pages {told}"
