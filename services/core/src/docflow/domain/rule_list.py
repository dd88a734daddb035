"""All rules of a configuration, whatever their form: what is wrong with them, what they ask, what they find."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from docflow.domain.evidence import Values
from docflow.domain.expressions.expression import Budget
from docflow.domain.expressions.faults import RULE_TOO_COSTLY
from docflow.domain.expressions.functions import Match
from docflow.domain.facts import About, Facts, Known, known_of
from docflow.domain.json_types import JsonObject, JsonValue
from docflow.domain.outcomes import Finding
from docflow.domain.output_schema import OutputShape
from docflow.domain.ports.past import Asked, Earlier
from docflow.domain.rule_forms import expressions, matched, matching, past
from docflow.domain.rules import RuleInvalid, check_rules, parsed
from docflow.domain.stages import Severity

MAX_QUESTIONS = 20
"""Rules of one configuration that look at other processes."""

Answers = Mapping[Asked, Sequence[Earlier]]


@dataclass(frozen=True, slots=True)
class Checked:
    """What rules look at. `answers` hold what was found to each of `questions_of`."""

    output_schema: JsonObject
    values: Values
    about: About
    match: Match
    answers: Answers = field(default_factory=dict)


def problem_of(given: JsonValue, known: Known, match: Match) -> str | None:
    """Why a rule cannot be used with a schema of which this is known; None when it can."""
    try:
        name = _name(given)
        if name == expressions.NAME:
            return _unknown([expressions.parsed(given, known).field], known.shape)
        if name == matching.NAME:
            matching.parsed(given, known.shape)
        elif name in past.NAMES:
            past.parsed(given, known.shape)
        else:
            return _plain_problem(given, known.shape, match)
    except RuleInvalid as error:
        return str(error)
    return None


def _plain_problem(given: JsonValue, shape: OutputShape, match: Match) -> str | None:
    rule = parsed(given)
    try:
        if rule.name == "regex":
            match(str(rule.value), "")
    except ValueError:
        return "the pattern cannot be used"
    return _unknown([rule.field, *rule.compare_to], shape)


def _unknown(paths: Sequence[str | None], shape: OutputShape) -> str | None:
    columns = {f"{table.path}[].{column.path}" for table in shape.tables for column in table.columns}
    known = {*(spec.path for spec in shape.fields), *columns}
    unknown = [path for path in paths if path is not None and path not in known]
    return f"the output schema names no {', '.join(unknown)}" if unknown else None


def looks_back(given: JsonValue) -> bool:
    """Whether it looks at other processes."""
    return _name(given) in past.NAMES


def _name(given: JsonValue) -> str | None:
    name = given.get("rule") if isinstance(given, Mapping) else None
    return name if isinstance(name, str) else None


def questions_of(rules: Sequence[JsonObject], output_schema: JsonObject, values: Values) -> tuple[Asked, ...]:
    """What must be looked up before these values can be checked, each once, no more than MAX_QUESTIONS."""
    looking = [given for given in rules if looks_back(given)]
    if not looking:
        return ()
    shape, found = known_of(output_schema).shape, dict[Asked, None]()
    for given in looking:
        with suppress(RuleInvalid):  # told when the rules are checked
            asked = past.parsed(given, shape).question(values)
            if asked is not None:
                found[asked] = None
    return tuple(found)[:MAX_QUESTIONS]


def findings_of(rules: Sequence[JsonObject], checked: Checked) -> tuple[Finding, ...]:
    """In the order of the rules; one that cannot be used is `rule_invalid`."""
    known = known_of(checked.output_schema)
    run = _Run(checked, known, Facts(known, checked.about), Budget())
    return tuple(finding for given in rules for finding in run.of(given))


@dataclass(frozen=True, slots=True)
class Tried:
    """One rule; with a `problem` it was not run."""

    problem: str | None
    findings: tuple[Finding, ...] = ()


def tried(rules: Sequence[JsonValue], checked: Checked) -> list[Tried]:
    """Each rule by itself, in their order, within the budget of one check."""
    known = known_of(checked.output_schema)
    run = _Run(checked, known, Facts(known, checked.about), Budget())
    problems = [problem_of(given, known, checked.match) for given in rules]
    return [
        Tried(problem) if problem else Tried(None, run.of(given))
        for given, problem in zip(rules, problems, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _Run:
    checked: Checked
    known: Known
    facts: Facts
    budget: Budget

    def of(self, given: JsonObject) -> tuple[Finding, ...]:
        form = _FORMS.get(_name(given) or "")
        if form is None:
            return check_rules((given,), self.checked.values, self.checked.match)
        try:
            return form(self, given)
        except RuleInvalid as error:
            told = given.get("field")
            place = told if isinstance(told, str) else None
            return (Finding("rule_invalid", Severity.ERROR, place, str(error)),)

    def expression(self, given: JsonObject) -> tuple[Finding, ...]:
        rule = expressions.parsed(given, self.known)
        finding = expressions.finding_of(rule, self.facts, self.checked.match, self.budget)
        return (finding,) if finding else ()

    def matched(self, given: JsonObject) -> tuple[Finding, ...]:
        return matched.findings_of(matching.parsed(given, self.known.shape), self.checked.about)

    def past(self, given: JsonObject) -> tuple[Finding, ...]:
        rule = past.parsed(given, self.known.shape)
        asked = rule.question(self.checked.values)
        if asked is None:
            return ()
        earlier = self.checked.answers.get(asked)
        if earlier is None:
            told = f"{rule.field}: more than {MAX_QUESTIONS} rules look at other processes"
            return (Finding(RULE_TOO_COSTLY, rule.severity, rule.field, told),)
        finding = rule.finding(self.checked.values, earlier)
        return (finding,) if finding else ()


_FORMS: Mapping[str, Callable[[_Run, JsonObject], tuple[Finding, ...]]] = {
    expressions.NAME: _Run.expression,
    matching.NAME: _Run.matched,
    past.UNIQUE: _Run.past,
    past.AS_BEFORE: _Run.past,
}
