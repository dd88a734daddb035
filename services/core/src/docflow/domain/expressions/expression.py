"""Expressions as the rest of the product uses them: compiled once, checked against names, asked many times."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from docflow.domain.expressions.checking import condition_of
from docflow.domain.expressions.faults import ExpressionFailed, ValueMissing
from docflow.domain.expressions.functions import Match
from docflow.domain.expressions.running import Frame, Work, facts_of, searches, size_of, work_of, yes_or_no
from docflow.domain.expressions.syntax import Node, parsed
from docflow.domain.expressions.types import Record, Value

MAX_STEPS = 100_000
"""Of one expression: some ten milliseconds."""


def no_patterns(pattern: str, text: str) -> bool:
    raise ValueError("patterns are not searched for here")


class Budget:
    """The steps that all expressions of one check may take together."""

    __slots__ = ("left",)

    def __init__(self, steps: int = 10 * MAX_STEPS) -> None:
        self.left = steps


@dataclass(frozen=True, slots=True)
class Expression:
    """`names` are the facts it asks for; `searches` = it looks for patterns in texts."""

    source: str
    names: frozenset[str]
    searches: bool
    _node: Node
    _work: Work
    _size: int

    def check(self, names: Record) -> None:
        """Raises ExpressionInvalid unless these names can answer it with yes or no."""
        condition_of(self._node, names)

    def holds(
        self, facts: Mapping[str, Value], *, match: Match = no_patterns, budget: Budget | None = None
    ) -> bool | None:
        """None = a value it asks for was not read, so it says nothing.

        Raises ExpressionFailed (`rule_failed_to_run`) and TooCostly (`rule_too_costly`); both end within MAX_STEPS.
        """
        allowed = MAX_STEPS if budget is None else min(MAX_STEPS, budget.left)
        frame = Frame(facts, match, allowed)
        try:
            frame.spend(self._size)
            return yes_or_no(self._work(frame))
        except ValueMissing:
            return None
        except ZeroDivisionError as error:
            raise ExpressionFailed("it divides by zero") from error
        except ArithmeticError as error:
            raise ExpressionFailed("a number grows too long") from error
        finally:
            if budget is not None:
                budget.left -= allowed - max(frame.left, 0)


@lru_cache(maxsize=4_096)
def compiled(source: str) -> Expression:
    """The same text is compiled once. Raises ExpressionInvalid with the place of the fault."""
    node = parsed(source)
    work = work_of(node)
    return Expression(source, facts_of(node), searches(node), node, work, size_of(node))
