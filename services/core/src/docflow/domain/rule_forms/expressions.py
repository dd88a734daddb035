"""`{"rule": "expression", "expr": "total_gross - total_net < 100.0", "severity", "message"?, "field"?}`."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from docflow.domain.expressions.expression import Budget, Expression, compiled
from docflow.domain.expressions.faults import ExpressionFailed, ExpressionInvalid
from docflow.domain.expressions.functions import Match
from docflow.domain.expressions.types import Value
from docflow.domain.facts import Known
from docflow.domain.json_types import JsonObject
from docflow.domain.outcomes import Finding
from docflow.domain.rules import RuleInvalid, severity_of
from docflow.domain.stages import Severity

NAME = "expression"
MAX_MESSAGE = 200
_SHOWN = 120


@dataclass(frozen=True, slots=True)
class ExpressionRule:
    expression: Expression
    severity: Severity
    message: str
    field: str | None


def parsed(given: JsonObject, known: Known) -> ExpressionRule:
    """Raises RuleInvalid: it cannot be read, names what the schema does not, or compares what does not fit."""
    source, message, field = given.get("expr"), given.get("message"), given.get("field")
    if not isinstance(source, str) or not source.strip():
        raise RuleInvalid("an expression needs expr")
    if message is not None and not (isinstance(message, str) and len(message) <= MAX_MESSAGE):
        raise RuleInvalid(f"the message of an expression is a text of at most {MAX_MESSAGE} characters")
    if field is not None and not (isinstance(field, str) and field):
        raise RuleInvalid("the field of an expression is a path")
    try:
        expression = _sound(source, known)
    except ExpressionInvalid as error:
        raise RuleInvalid(f"the expression {error}") from error
    return ExpressionRule(expression, severity_of(given), message or _told(source), field)


@lru_cache(maxsize=4_096)
def _sound(source: str, known: Known) -> Expression:
    """Checked once for each schema."""
    expression = compiled(source)
    expression.check(known.names)
    return expression


def finding_of(
    rule: ExpressionRule, facts: Mapping[str, Value], match: Match, budget: Budget
) -> Finding | None:
    """None when it holds, or asks for a value that was not read."""
    try:
        if rule.expression.holds(facts, match=match, budget=budget) is not False:
            return None
    except ExpressionFailed as error:
        told = f"{_told(rule.expression.source)}: {error}"
        return Finding(error.code, rule.severity, rule.field, told)
    return Finding(NAME, rule.severity, rule.field, rule.message)


def _told(source: str) -> str:
    """As its author wrote it: it holds nothing of a document."""
    shown = " ".join(source.split())
    return f"does not hold: {shown if len(shown) <= _SHOWN else shown[: _SHOWN - 1] + '…'}"
