"""What type an expression has, before any value is known. Finds unknown names and values that do not fit together."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from docflow.domain.expressions.faults import ExpressionInvalid
from docflow.domain.expressions.functions import FUNCTIONS, Function
from docflow.domain.expressions.syntax import (
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
from docflow.domain.expressions.types import ListOf, Plain, Record, Type, fits

_NUMBERS = (Plain.NUMBER,)
_ORDERED = (Plain.NUMBER, Plain.TEXT, Plain.DATE)
_OF_LITERAL = {Decimal: Plain.NUMBER, str: Plain.TEXT, bool: Plain.BOOLEAN, date: Plain.DATE}


def condition_of(node: Node, names: Record) -> None:
    """For what was compiled: its calls are known. Raises ExpressionInvalid unless it is a question that these names can answer with yes or no."""
    given = _Checking(names, {}).type_of(node)
    if given not in (Plain.BOOLEAN, Plain.ANY):
        raise ExpressionInvalid(f"gives a {given}, not yes or no", node.at)


@dataclass(frozen=True, slots=True)
class _Checking:
    names: Record
    items: Mapping[str, Type]
    """The names that macros give to the items of lists."""

    def type_of(self, node: Node) -> Type:
        match node:
            case Literal(value=value):
                return _OF_LITERAL.get(type(value), Plain.MISSING)
            case Name(name=name):
                return self._named(name, node.at)
            case Select(of=of, name=name):
                return self._selected(self.type_of(of), name, node.at)
            case Index(of=of, key=key):
                return self._indexed(of, key)
            case Has(of=of):
                self.type_of(of)
                return Plain.BOOLEAN
            case Items(items=items):
                return ListOf(self._common([(self.type_of(item), item.at) for item in items]))
            case Unary(sign=sign, of=of):
                wanted = Plain.BOOLEAN if sign == "!" else Plain.NUMBER
                self._expect(of, (wanted,), sign)
                return wanted
            case Choice(when=when, then=then, otherwise=otherwise):
                self._expect(when, (Plain.BOOLEAN,), "?")
                return self._common([(self.type_of(part), part.at) for part in (then, otherwise)])
            case Call(name=name, args=args):
                return self._called(name, args, node.at)
            case Macro():
                return self._run_over(node)
            case Chain():
                return self._chained(node)
            case _:
                raise ExpressionInvalid("says nothing that is known here", node.at)

    def _named(self, name: str, at: int) -> Type:
        found = self.items.get(name) or self.names.of(name)
        if found is None:
            raise ExpressionInvalid(f"names {name}, which is not known", at)
        return found

    def _selected(self, of: Type, name: str, at: int) -> Type:
        if of is Plain.ANY:
            return Plain.ANY
        if not isinstance(of, Record):
            raise ExpressionInvalid(f"asks a {of} for {name}", at)
        found = of.of(name)
        if found is None:
            raise ExpressionInvalid(f"names {name}, which is not known", at)
        return found

    def _indexed(self, of: Node, key: Node) -> Type:
        whole = self.type_of(of)
        if isinstance(whole, ListOf):
            self._expect(key, _NUMBERS, "[]")
            return whole.item
        self._expect(key, (Plain.TEXT,), "[]")
        if isinstance(key, Literal):
            return self._selected(whole, str(key.value), key.at)
        return Plain.ANY

    def _common(self, found: list[tuple[Type, int]]) -> Type:
        """One type for values that stand for each other."""
        known = [one for one in found if one[0] is not Plain.MISSING]
        if not known:
            return Plain.ANY if not found else Plain.MISSING
        first = known[0][0]
        for other, at in known[1:]:
            if not fits(first, other):
                raise ExpressionInvalid(f"puts a {other} where a {first} stands", at)
        return first

    def _expect(self, node: Node, wanted: tuple[Plain | type[ListOf], ...], told: str) -> Type:
        given = self.type_of(node)
        if given in (Plain.ANY, *wanted) or (ListOf in wanted and isinstance(given, ListOf)):
            return given
        names = " or ".join("list" if one is ListOf else str(one) for one in wanted)
        raise ExpressionInvalid(f"{told} takes a {names}, not a {given}", node.at)

    def _called(self, name: str, args: tuple[Node, ...], at: int) -> Type:
        function = FUNCTIONS[name]
        given = [self._expect(arg, wanted, name) for arg, wanted in zip(args, function.takes, strict=False)]
        return self._given(name, function, given, at)

    def _given(self, name: str, function: Function, given: list[Type], at: int) -> Type:
        if name == "sum" and isinstance(given[0], ListOf) and not fits(given[0].item, Plain.NUMBER):
            raise ExpressionInvalid(f"sum takes numbers, not a list of {given[0].item}", at)
        if name not in ("min", "max"):
            return function.gives
        if len(given) == 1 and isinstance(given[0], ListOf):
            return self._common([(given[0].item, at)])
        return self._common([(one, at) for one in given])

    def _run_over(self, macro: Macro) -> Type:
        over = self._expect(macro.over, (ListOf,), macro.kind)
        item = over.item if isinstance(over, ListOf) else Plain.ANY
        inside = _Checking(self.names, {**self.items, macro.name: item})
        if macro.keep is not None:
            inside._expect(macro.keep, (Plain.BOOLEAN,), "map")
        if macro.kind == "map":
            return ListOf(inside.type_of(macro.body))
        inside._expect(macro.body, (Plain.BOOLEAN,), macro.kind)
        return ListOf(item) if macro.kind == "filter" else Plain.BOOLEAN

    def _chained(self, chain: Chain) -> Type:
        left = self.type_of(chain.first)
        for sign, part in chain.rest:
            left = self._joined(sign, (left, chain.first.at), part)
        return left

    def _joined(self, sign: str, left: tuple[Type, int], part: Node) -> Type:
        right = self.type_of(part)
        if sign in ("||", "&&"):
            _refuse_unless(left[0] in (Plain.BOOLEAN, Plain.ANY), sign, left[0], left[1])
            _refuse_unless(right in (Plain.BOOLEAN, Plain.ANY), sign, right, part.at)
            return Plain.BOOLEAN
        if sign in ("==", "!="):
            if not fits(left[0], right):
                raise ExpressionInvalid(f"compares a {left[0]} with a {right}", part.at)
            return Plain.BOOLEAN
        if sign == "in":
            fit = right is Plain.ANY or isinstance(right, Record)
            fit = fit or (isinstance(right, ListOf) and fits(left[0], right.item))
            _refuse_unless(fit, sign, right, part.at)
            return Plain.BOOLEAN
        if sign in ("<", "<=", ">", ">="):
            for one, at in (left, (right, part.at)):
                _refuse_unless(one is Plain.ANY or one in _ORDERED, sign, one, at)
            if not fits(left[0], right):
                raise ExpressionInvalid(f"compares a {left[0]} with a {right}", part.at)
            return Plain.BOOLEAN
        return _worked_out(sign, left, (right, part.at))


def _worked_out(sign: str, left: tuple[Type, int], right: tuple[Type, int]) -> Type:
    a, b = left[0], right[0]
    if Plain.ANY in (a, b):
        # What is not known now is refused when it runs, should it not fit.
        return Plain.ANY
    if a is Plain.NUMBER and b is Plain.NUMBER:
        return Plain.NUMBER
    if sign == "+" and (a is b is Plain.TEXT or (isinstance(a, ListOf) and isinstance(b, ListOf))):
        return a
    if a is Plain.DATE and sign in ("+", "-"):
        if b is Plain.NUMBER:
            return Plain.DATE
        if b is Plain.DATE and sign == "-":
            return Plain.NUMBER
    raise ExpressionInvalid(f"{sign} stands between a {a} and a {b}", right[1])


def _refuse_unless(fit: bool, sign: str, given: Type, at: int) -> None:
    if not fit:
        raise ExpressionInvalid(f"{sign} does not take a {given}", at)
