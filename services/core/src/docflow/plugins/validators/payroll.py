"""Payslips: net against gross, the period's order, deductions."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from docflow.domain.outcomes import Finding
from docflow.domain.stages import Severity
from docflow.plugins.validators.validator import Given

# Names that configurations use for the same figure, the platform's own first.
GROSS = ("total_gross", "gross_pay", "gross_total", "gross_amount", "gross")
NET = ("total_net", "net_pay", "net_total", "net_amount", "net", "payout")
DEDUCTIONS = ("total_deductions", "deductions_total", "deductions")
START = ("pay_period_start", "period_start")
END = ("pay_period_end", "period_end")

_CENTS = Decimal("0.02")


class PayrollStandardValidator:
    name = "payroll_standard_validator"

    def validate(self, given: Given) -> Sequence[Finding]:
        return (*_amounts(given), *_period(given))


def _amounts(given: Given) -> Iterator[Finding]:
    gross, net, deductions = given.amount(*GROSS), given.amount(*NET), given.amount(*DEDUCTIONS)
    if gross and net and net[1] > gross[1]:
        yield Finding("net_above_gross", Severity.ERROR, net[0], f"{net[0]} is greater than {gross[0]}")
    if not deductions:
        return
    # Printed with or without a minus; what counts is how much is taken off.
    taken = abs(deductions[1])
    if gross and taken > gross[1] + _CENTS:
        yield Finding(
            "deductions_above_gross",
            Severity.ERROR,
            deductions[0],
            f"{deductions[0]} is greater than {gross[0]}",
        )
    if gross and net and abs(gross[1] - taken - net[1]) > _CENTS:
        # Payments that are no wages (refunds, advances) may stand between them.
        yield Finding(
            "deductions_differ",
            Severity.WARNING,
            deductions[0],
            f"{gross[0]} less {deductions[0]} differs from {net[0]}",
        )


def _period(given: Given) -> Iterator[Finding]:
    start, end = given.day(*START), given.day(*END)
    if start and end and end[1] < start[1]:
        yield Finding("period_reversed", Severity.ERROR, end[0], f"{end[0]} lies before {start[0]}")
