"""From what an expression says to something that can be run many times, with its steps counted."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial

from docflow.domain.expressions.arithmetic import BINARY, MAX_ITEMS, negative
from docflow.domain.expressions.faults import ExpressionFailed, ExpressionInvalid, TooCostly, ValueMissing
from docflow.domain.expressions.functions import FUNCTIONS, Match
from docflow.domain.expressions.syntax import (
    MACROS,
    Call,
    Chain,
    Choice,
    Has,
    Index,
    Items,
    Literal,
    Macro,
    Name,
    Node,
    Select,
    Unary,
)
from docflow.domain.expressions.types import Value

_TEXT_A_STEP = 64
"""Characters that are looked at in about the time of one step."""
_ITEMS_A_STEP = 4
"""Items of a list that are compared in that time."""


@dataclass(slots=True)
class Frame:
    """One run. `left` counts the steps it may still take, some tenths of a microsecond each."""

    facts: Mapping[str, Value]
    match: Match
    left: int
    items: dict[str, Value] = field(default_factory=dict)

    def spend(self, steps: int) -> None:
        self.left -= steps
        if self.left < 0:
            raise TooCostly("it takes more steps than a rule may")


Work = Callable[[Frame], Value]
_TROUBLE = (ExpressionFailed, ValueMissing, ArithmeticError)


def size_of(node: Node) -> int:
    return 1 + sum(size_of(part) for part in _parts(node))


def work_of(node: Node, items: frozenset[str] = frozenset()) -> Work:
    """`items` are the names that macros around it give. Raises ExpressionInvalid for an unknown function."""
    match node:
        case Literal(value=value):
            return lambda _: value
        case Name(name=name):
            return _item(name) if name in items else _fact(name)
        case Select() | Index() | Has() | Items():
            return _reached(node, items)
        case Unary(of=of):
            inner = work_of(of, items)
            return _not(inner) if node.sign == "!" else lambda frame: negative(inner(frame))
        case Choice(when=when, then=then, otherwise=otherwise):
            return _choice(work_of(when, items), work_of(then, items), work_of(otherwise, items))
        case Call():
            return _call(node, items)
        case Macro():
            return _macro(node, items)
        case Chain():
            return _chain(node, items)
        case _:
            raise ExpressionInvalid("says nothing that is known here", node.at)


def _reached(node: Select | Index | Has | Items, items: frozenset[str]) -> Work:
    match node:
        case Select(of=Name(name=item), name=name) if item in items:
            return _cell(item, name)
        case Select(of=of, name=name):
            return _selected(work_of(of, items), name)
        case Index(of=of, key=key):
            return _indexed(work_of(of, items), work_of(key, items))
        case Has(of=of):
            inner = work_of(of, items)
            return lambda frame: inner(frame) is not None
        case Items(items=listed):
            parts = [work_of(part, items) for part in listed]
            return lambda frame: [part(frame) for part in parts]


def _parts(node: Node) -> tuple[Node, ...]:
    match node:
        case Select(of=of) | Has(of=of) | Unary(of=of):
            return (of,)
        case Index(of=of, key=key):
            return (of, key)
        case Items(items=items):
            return items
        case Call(args=args):
            return args
        case Macro(over=over, body=body, keep=keep):
            return (over, body) if keep is None else (over, keep, body)
        case Chain(first=first, rest=rest):
            return (first, *(part for _, part in rest))
        case Choice(when=when, then=then, otherwise=otherwise):
            return (when, then, otherwise)
        case _:
            return ()


def facts_of(node: Node, items: frozenset[str] = frozenset()) -> frozenset[str]:
    """The names it asks facts for."""
    if isinstance(node, Name):
        return frozenset() if node.name in items else frozenset({node.name})
    if isinstance(node, Macro):
        inside = items | {node.name}
        own = facts_of(node.body, inside) | (facts_of(node.keep, inside) if node.keep else frozenset())
        return own | facts_of(node.over, items)
    return frozenset().union(*(facts_of(part, items) for part in _parts(node)))


def searches(node: Node) -> bool:
    """For what `work_of` has taken: its calls are known."""
    here = isinstance(node, Call) and FUNCTIONS[node.name].needs_match
    return here or any(searches(part) for part in _parts(node))


def _item(name: str) -> Work:
    return lambda frame: frame.items[name]


def _fact(name: str) -> Work:
    def fact(frame: Frame) -> Value:
        try:
            return frame.facts[name]
        except KeyError:
            raise ExpressionFailed(f"{name} is not known") from None

    return fact


def _cell(item: str, name: str) -> Work:
    """The most frequent way to a value: a column of a row."""

    def cell(frame: Frame) -> Value:
        row = frame.items[item]
        return row.get(name) if type(row) is dict else _of_record(row, name)

    return cell


def _of_record(whole: Value, name: str) -> Value:
    if whole is None:
        return None
    if not isinstance(whole, Mapping):
        raise ExpressionFailed(f"a single value is asked for {name}")
    return whole.get(name)


def _selected(of: Work, name: str) -> Work:
    return lambda frame: _of_record(of(frame), name)


def _indexed(of: Work, key: Work) -> Work:
    def indexed(frame: Frame) -> Value:
        whole, at = of(frame), key(frame)
        if whole is None or at is None:
            return None
        if isinstance(whole, Mapping) and isinstance(at, str):
            return whole.get(at)
        if not isinstance(whole, list) or type(at) is not Decimal or at != int(at):
            raise ExpressionFailed("[] takes a whole number of a list or a name of a record")
        # A list that is shorter lacks that item as a field lacks a value.
        return whole[int(at)] if 0 <= at < len(whole) else None

    return indexed


def yes_or_no(value: Value) -> bool:
    if value is True or value is False:
        return bool(value)
    if value is None:
        raise ValueMissing
    raise ExpressionFailed("a condition is neither yes nor no")


def _not(of: Work) -> Work:
    return lambda frame: not yes_or_no(of(frame))


def _choice(when: Work, then: Work, otherwise: Work) -> Work:
    return lambda frame: then(frame) if yes_or_no(when(frame)) else otherwise(frame)


def _first_that_is(by: bool, asked: Iterable[Callable[[], Value]]) -> bool:
    """`by` where one of them is, also behind one that cannot be answered; that one's trouble where none is."""
    trouble: Exception | None = None
    for ask in asked:
        try:
            if yes_or_no(ask()) is by:
                return by
        except TooCostly:
            raise
        except _TROUBLE as error:
            trouble = trouble or error
    if trouble is not None:
        raise trouble
    return not by


def _decided(parts: list[Work], by: bool) -> Work:
    """The first part that decides does so, also behind one that cannot be answered."""

    def decided(frame: Frame) -> Value:
        return _first_that_is(by, (partial(part, frame) for part in parts))

    return decided


def _chain(node: Chain, items: frozenset[str]) -> Work:
    if (joint := node.rest[0][0]) in ("&&", "||"):
        parts = (node.first, *(part for _, part in node.rest))
        return _decided([work_of(part, items) for part in parts], joint == "||")
    first = work_of(node.first, items)
    if len(node.rest) == 1:
        sign, last = node.rest[0]
        return _pair(sign, first, node.first, last, work_of(last, items))
    rest = [(BINARY[sign], work_of(part, items)) for sign, part in node.rest]

    def chained(frame: Frame) -> Value:
        value = first(frame)
        for work, part in rest:
            value = work(value, part(frame))
        return value

    return chained


def _pair(sign: str, first: Work, first_node: Node, last_node: Node, last: Work) -> Work:
    null = (_is_null(first_node), _is_null(last_node))
    if sign in ("==", "!=") and any(null):
        asked, wanted = (last if null[0] else first), sign == "=="
        return lambda frame: (asked(frame) is None) is wanted
    work = BINARY[sign]
    if sign == "+":

        def put_together(frame: Frame) -> Value:
            value = work(first(frame), last(frame))
            if isinstance(value, str | list):
                frame.spend(len(value) // _TEXT_A_STEP)
            return value

        return put_together
    if sign == "in":

        def found(frame: Frame) -> Value:
            wanted, among = first(frame), last(frame)
            if isinstance(among, list):
                frame.spend(len(among) // _ITEMS_A_STEP)
            return work(wanted, among)

        return found
    return lambda frame: work(first(frame), last(frame))


def _is_null(node: Node) -> bool:
    return isinstance(node, Literal) and node.value is None


def _call(node: Call, items: frozenset[str]) -> Work:
    function = FUNCTIONS.get(node.name)
    if function is None and node.name in MACROS:
        raise ExpressionInvalid(f"{node.name} is asked of a list: items.{node.name}(item, ...)", node.at)
    if function is None:
        raise ExpressionInvalid(f"calls {node.name}, which is not known", node.at)
    if not function.needed <= len(node.args) <= len(function.takes):
        raise ExpressionInvalid(f"calls {node.name} with {len(node.args)} values", node.at)
    args = [work_of(arg, items) for arg in node.args]

    def called(frame: Frame) -> Value:
        given = [arg(frame) for arg in args]
        if None in given:
            raise ValueMissing
        for value in given:
            if isinstance(value, str):
                frame.spend(len(value) // _TEXT_A_STEP)
            elif isinstance(value, list):
                frame.spend(len(value))
        try:
            return function.work(*given, frame.match) if function.needs_match else function.work(*given)
        except (TypeError, AttributeError):
            raise ExpressionFailed(f"{node.name} does not take such a value") from None

    return called


def _macro(node: Macro, items: frozenset[str]) -> Work:
    inside = items | {node.name}
    over, body = work_of(node.over, items), work_of(node.body, inside)
    keep = work_of(node.keep, inside) if node.keep is not None else None
    run = _RUNS[node.kind]
    cost = 1 + size_of(node.body) + (size_of(node.keep) if node.keep is not None else 0)

    def over_list(frame: Frame) -> Value:
        listed = over(frame)
        if listed is None:
            raise ValueMissing
        if not isinstance(listed, list):
            raise ExpressionFailed(f"{node.kind} runs over a list")
        if len(listed) > MAX_ITEMS:
            raise TooCostly(f"a list has more than {MAX_ITEMS} items")
        # Spent before it begins: what is too much is not begun.
        frame.spend(cost * len(listed))
        before = frame.items.get(node.name)
        try:
            return run(frame, node.name, listed, body, keep)
        finally:
            frame.items[node.name] = before

    return over_list


def _any_is(by: bool) -> Callable[[Frame, str, list[Value], Work, Work | None], Value]:
    def run(frame: Frame, name: str, listed: list[Value], body: Work, _: Work | None) -> Value:
        def of(item: Value) -> Value:
            frame.items[name] = item
            return body(frame)

        return _first_that_is(by, (partial(of, item) for item in listed))

    return run


def _kept(frame: Frame, name: str, listed: list[Value], body: Work, _: Work | None) -> list[Value]:
    kept = []
    for item in listed:
        frame.items[name] = item
        if yes_or_no(body(frame)):
            kept.append(item)
    return kept


def _just_one(frame: Frame, name: str, listed: list[Value], body: Work, _: Work | None) -> Value:
    return len(_kept(frame, name, listed, body, None)) == 1


def _mapped(frame: Frame, name: str, listed: list[Value], body: Work, keep: Work | None) -> list[Value]:
    found = []
    for item in listed:
        frame.items[name] = item
        if keep is None or yes_or_no(keep(frame)):
            found.append(body(frame))
    return found


_RUNS: Mapping[str, Callable[[Frame, str, list[Value], Work, Work | None], Value]] = {
    "all": _any_is(False),
    "exists": _any_is(True),
    "exists_one": _just_one,
    "filter": _kept,
    "map": _mapped,
}
