"""Which of many amounts is the total: by label, by arithmetic, by place."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from docflow.adapters.llm.offline.labels import Label
from docflow.adapters.llm.offline.sheet import Beside, Sheet
from docflow.adapters.llm.offline.sums import CENT, amount_of, sums_of
from docflow.domain.page_values import FoundValue, values_in
from docflow.domain.values.kinds import FieldKind

#: How much more than a bare "total" some labels say.
_STRONG = {
    "grand": 2.0, "payable": 2.0, "round": 2.0, "topay": 2.0, "incl": 1.5, "ttc": 1.5, "gesamtbetrag": 1.5, "rechnungsbetrag": 1.5,
    "endbetrag": 1.5, "brutto": 1.5, "invoicetotal": 1.5, "totaldue": 1.5, "checkout": 1.5, "totalamount": 1.0, "invoiceamount": 1.0,
    "nett": 0.5, "net": -0.5, "sales": -0.3, "zuzahlen": 1.5,
}  # fmt: skip
#: What the arithmetic of net, tax and gross says for a total, or against one; and a total's score by that alone.
SUMMED, UNLABELLED = 1.0, 3.2
#: Candidates this close to the best are rivals.
RIVAL_MARGIN = 0.6


@dataclass(frozen=True, slots=True)
class Rated:
    value: FoundValue
    label: Label | None
    score: float

    @property
    def amount(self) -> Decimal:
        return amount_of(self.value)


def totals_of(sheet: Sheet) -> list[Rated]:
    """Gross totals, best first; one entry per amount.

    What was paid less the change counts as a total of its own: a scan may have lost the total's label.
    """
    amounts = Counter(amount_of(found) for found in sheet.values(FieldKind.MONEY) if found.has_decimals)
    paid = _pairs(sheet, "paid", "change")
    summed = {net + tax for net, tax in _products(sheet, "net_total", "tax_total") if tax >= 0}
    rated = []
    for concept, base in (("grand_total", 2.0), ("amount_due", 1.0)):
        picked = list(_picked(sheet, concept))
        # Later totals sum up earlier ones; over many pages that must not outweigh what a label says.
        step = min(0.05, 0.5 / max(1, len(picked)))
        for number, found in enumerate(picked):
            amount = amount_of(found.value)
            score = base + _label_weight(found.label.key) - 0.3 * found.below + step * number
            score += 0.3 * min(3, amounts[amount]) + (2.0 if amount in paid else 0.0)
            score += 1.0 * any(abs(amount - total) <= CENT for total in summed)
            score += 0.7 * found.value.has_decimals - (3.0 if amount <= 0 else 0.0)
            rated.append(Rated(found.value, found.label, score))
    rated = _with_sums(sheet, rated)
    rated.extend(_paid_totals(sheet, paid))
    rated.extend(_rounded_totals(sheet, rated))
    return _best_of_each(_rounded(sheet, rated))


def _with_sums(sheet: Sheet, rated: Sequence[Rated]) -> list[Rated]:
    """What net and tax come to is a total, labelled or not; and what a tax is taken of is none, called "total" or not."""
    sums = sums_of(sheet)
    gross, net = {amount_of(one.gross) for one in sums}, {amount_of(one.net) for one in sums}
    known = {one.amount for one in rated}
    return [
        *(
            replace(one, score=one.score + SUMMED * ((one.amount in gross) - (one.amount in net - gross)))
            for one in rated
        ),
        *(Rated(one.gross, None, UNLABELLED) for one in sums if amount_of(one.gross) not in known),
    ]


def _paid_totals(sheet: Sheet, paid: set[Decimal]) -> list[Rated]:
    found = [found for found in sheet.values(FieldKind.MONEY) if found.has_decimals]
    return [Rated(one, None, 3.2) for one in found if amount_of(one) in paid]


def _rounded_totals(sheet: Sheet, rated: Sequence[Rated]) -> list[Rated]:
    """Amounts below a printed rounding that are a total rounded by it; a scan may have lost their label."""
    known = {one.amount for one in rated}
    found = []
    for rounding in _picked(sheet, "rounding"):
        step = abs(amount_of(rounding.value))
        if not 0 < step <= Decimal("0.05"):
            continue
        for one in sheet.values(FieldKind.MONEY):
            amount = amount_of(one)
            is_below = (
                one.line.page == rounding.label.line.page and one.line.box[1] > rounding.label.line.box[1]
            )
            if (
                is_below
                and amount not in known
                and _is_cash(amount)
                and {amount - step, amount + step} & known
            ):
                found.append(Rated(one, None, 2.7))
    return found


def _rounded(sheet: Sheet, rated: Sequence[Rated]) -> list[Rated]:
    """Where a rounding is printed, the total after it is the one to pay."""
    roundings = {amount_of(found.value) for found in _picked(sheet, "rounding")}
    steps = {
        step
        for rounding in roundings
        if rounding and abs(rounding) <= Decimal("0.05")
        for step in (rounding, -rounding)
    }
    amounts = {one.amount for one in rated}
    return [
        Rated(one.value, one.label, one.score + 1.5)
        if any(_is_cash(one.amount) and one.amount - step in amounts for step in steps)
        else one
        for one in rated
    ]


def _is_cash(amount: Decimal) -> bool:
    return amount * 100 % 5 == 0


def net_and_tax(sheet: Sheet, gross: Decimal | None) -> tuple[list[Rated], list[Rated]]:
    """Net and tax amounts, best first; those that add up to the gross total lead."""
    nets = [Rated(b.value, b.label, 1.0 - 0.3 * b.below) for b in _picked(sheet, "net_total")]
    taxes = [
        Rated(b.value, b.label, 1.0 - 0.3 * b.below)
        for b in _picked(sheet, "tax_total")
        if not _is_whole(b, gross)
    ]
    if _has_several_rates(taxes):
        taxes = []
    if gross is not None:
        sums = [one for one in sums_of(sheet) if amount_of(one.gross) == gross]
        nets += [Rated(one.net, None, 0.0) for one in sums]
        taxes += [Rated(one.tax, None, 0.0) for one in sums]
    if gross is None:
        return _best_of_each(nets), _best_of_each(taxes)
    net_values = {rated.amount for rated in nets}
    tax_values = {rated.amount for rated in taxes}
    fitting_nets = [_raised(n, any(abs(n.amount + tax - gross) <= CENT for tax in tax_values)) for n in nets]
    fitting_taxes = [
        _raised(t, any(abs(net + t.amount - gross) <= CENT for net in net_values)) for t in taxes
    ]
    return _best_of_each(fitting_nets), _best_of_each(
        [t for t in fitting_taxes if t.amount < gross or gross <= 0]
    )


def _is_whole(found: Beside, gross: Decimal | None) -> bool:
    return gross is not None and gross > 0 and amount_of(found.value) >= gross


def _has_several_rates(taxes: Sequence[Rated]) -> bool:
    """Taxes of several rates, each on its line: none of them is the total."""
    by_rate: dict[str, set[Decimal]] = {}
    for one in taxes:
        for rate in values_in(one.value.line, FieldKind.RATE):
            by_rate.setdefault(str(rate.value), set()).add(one.amount)
    return len(by_rate) > 1 and len({frozenset(amounts) for amounts in by_rate.values()}) > 1


def rivals_of(rated: Sequence[Rated]) -> list[Rated]:
    """The best and those that are about as good."""
    return [one for one in rated if one.score >= rated[0].score - RIVAL_MARGIN] if rated else []


def _picked(sheet: Sheet, concept: str) -> Iterable[Beside]:
    """One amount for each label: with cents before without, the first column before the second."""
    chosen: dict[int, Beside] = {}
    for found in sheet.beside(concept, FieldKind.MONEY):
        known = chosen.get(id(found.label))
        # A tax is printed behind what it is taken of: "19 % of 11.80  1.88".
        later = concept == "tax_total" and known is not None and found.value.has_decimals
        last = concept == "grand_total" and known is not None and _closes_sum(sheet, found)
        if known is None or later or last or (found.value.has_decimals and not known.value.has_decimals):
            chosen[id(found.label)] = found
    if concept == "tax_total":
        chosen = {key: found for key, found in chosen.items() if not found.below or len(found.label.key) > 5}
    return [
        found
        for found in chosen.values()
        if not _is_heading(sheet, found) and not sheet.in_tax_summary(found.label)
    ]


def _closes_sum(sheet: Sheet, found: Beside) -> bool:
    """The third of "Total  24.99  5.00  29.99": net, tax and what both come to."""
    amounts = [
        one for one in sheet.values_on(found.value.line, FieldKind.MONEY) if one.end <= found.value.end
    ]
    if len(amounts) < 3:
        return False
    net, tax, gross = (amount_of(one) for one in amounts[-3:])
    return tax != 0 and abs(net + tax - gross) <= CENT


def _is_heading(sheet: Sheet, found: Beside) -> bool:
    """A column's heading ("Qty  Price  Total") is no label of the amount in its first row."""
    columns = {"description", "quantity", "unit_price", "line_total"}
    others = [label for label in sheet.labels_of(found.label.line) if label is not found.label]
    return found.below and any(columns & set(label.concepts) for label in others)


def _label_weight(key: str) -> float:
    return sum(weight for part, weight in _STRONG.items() if part in key)


def _pairs(sheet: Sheet, more: str, less: str) -> set[Decimal]:
    """Change is printed as it is, or with a minus."""
    return {a - abs(b) for a, b in _products(sheet, more, less) if a > abs(b)}


def _products(sheet: Sheet, first: str, second: str) -> list[tuple[Decimal, Decimal]]:
    firsts = {amount_of(found.value) for found in _picked(sheet, first)}
    seconds = {amount_of(found.value) for found in _picked(sheet, second)}
    return [(a, b) for a in list(firsts)[:20] for b in list(seconds)[:20]]


def _raised(rated: Rated, fits: bool) -> Rated:
    return Rated(rated.value, rated.label, rated.score + 2.0) if fits else rated


def _best_of_each(rated: Sequence[Rated]) -> list[Rated]:
    best: dict[Decimal, Rated] = {}
    for one in rated:
        if one.amount not in best or one.score > best[one.amount].score:
            best[one.amount] = one
    return sorted(best.values(), key=lambda one: one.score, reverse=True)
