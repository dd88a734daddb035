"""From the words of an expression to what it says.

The grammar is that of the Common Expression Language, without bytes, maps and messages. Signs bind, from loosest to
tightest: `?:`, `||`, `&&`, comparisons and `in`, `+ -`, `* / %`, `! -`, `. [] ()`.
"""

from dataclasses import dataclass
from decimal import Decimal

from docflow.domain.expressions.faults import ExpressionInvalid
from docflow.domain.expressions.tokens import Token, Word, tokens_of

MAX_DEPTH = 30
"""Levels of brackets, signs and calls inside each other."""
MAX_MACROS = 2
"""Macros that run over a list inside each other."""

MACROS = frozenset({"all", "exists", "exists_one", "filter", "map"})
_LEVELS: tuple[tuple[str, ...], ...] = (
    ("||",),
    ("&&",),
    ("==", "!=", "<", "<=", ">", ">=", "in"),
    ("+", "-"),
    ("*", "/", "%"),
)
_WORDS = {"true": True, "false": False, "null": None}


@dataclass(frozen=True, slots=True)
class Node:
    at: int


@dataclass(frozen=True, slots=True)
class Literal(Node):
    value: Decimal | str | bool | None


@dataclass(frozen=True, slots=True)
class Name(Node):
    name: str


@dataclass(frozen=True, slots=True)
class Select(Node):
    of: Node
    name: str


@dataclass(frozen=True, slots=True)
class Index(Node):
    of: Node
    key: Node


@dataclass(frozen=True, slots=True)
class Items(Node):
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Call(Node):
    """`x.f(y)` and `f(x, y)` are one call."""

    name: str
    args: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Has(Node):
    of: Node


@dataclass(frozen=True, slots=True)
class Macro(Node):
    """`kind` is one of MACROS; `keep` is the condition of a `map` with three arguments."""

    kind: str
    over: Node
    name: str
    body: Node
    keep: Node | None = None


@dataclass(frozen=True, slots=True)
class Unary(Node):
    sign: str
    of: Node


@dataclass(frozen=True, slots=True)
class Chain(Node):
    """Parts with the signs of one level between them, from left to right."""

    first: Node
    rest: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Choice(Node):
    when: Node
    then: Node
    otherwise: Node


def parsed(source: str) -> Node:
    """Raises ExpressionInvalid with the place of the first fault."""
    return _Parser(tokens_of(source)).whole()


class _Parser:
    def __init__(self, tokens: tuple[Token, ...]) -> None:
        self._tokens = tokens
        self._place = 0
        self._depth = 0
        self._macros = 0

    def whole(self) -> Node:
        node = self._choice()
        if self._now.word is not Word.END:
            raise ExpressionInvalid("goes on where it should end", self._now.at)
        return node

    @property
    def _now(self) -> Token:
        return self._tokens[self._place]

    def _take(self) -> Token:
        token = self._now
        if token.word is Word.END:
            raise ExpressionInvalid("ends too early", token.at)
        self._place += 1
        return token

    def _is(self, *signs: str) -> bool:
        token = self._now
        return token.word in (Word.SIGN, Word.NAME) and token.text in signs

    def _expect(self, sign: str) -> None:
        if not self._is(sign):
            raise ExpressionInvalid(f"misses a {sign}", self._now.at)
        self._place += 1

    def _choice(self) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ExpressionInvalid(f"is nested deeper than {MAX_DEPTH}", self._now.at)
        node = self._level(0)
        if self._is("?"):
            at = self._take().at
            then = self._choice()
            self._expect(":")
            node = Choice(at, node, then, self._choice())
        self._depth -= 1
        return node

    def _level(self, level: int) -> Node:
        if level == len(_LEVELS):
            return self._unary()
        first = self._level(level + 1)
        at, rest = self._now.at, []
        while self._is(*_LEVELS[level]):
            sign = self._take().text
            rest.append((sign, self._level(level + 1)))
        if len(rest) > 1 and level == 2:
            raise ExpressionInvalid("compares more than two values; join comparisons by &&", at)
        return Chain(first.at, first, tuple(rest)) if rest else first

    def _unary(self) -> Node:
        if not self._is("!", "-"):
            return self._member()
        token = self._take()
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ExpressionInvalid(f"is nested deeper than {MAX_DEPTH}", token.at)
        node = Unary(token.at, token.text, self._unary())
        self._depth -= 1
        return node

    def _member(self) -> Node:
        node, steps = self._primary(), 0
        while self._is(".", "["):
            steps += 1
            if steps > MAX_DEPTH:
                raise ExpressionInvalid(f"is nested deeper than {MAX_DEPTH}", self._now.at)
            at = self._take().at
            if self._tokens[self._place - 1].text == "[":
                node = Index(at, node, self._choice())
                self._expect("]")
            else:
                node = self._selected(node)
        return node

    def _selected(self, of: Node) -> Node:
        token = self._take()
        if token.word is not Word.NAME:
            raise ExpressionInvalid("misses a name after the dot", token.at)
        if not self._is("("):
            return Select(token.at, of, token.text)
        if token.text in MACROS:
            return self._macro(token, of)
        return Call(token.at, token.text, (of, *self._arguments()))

    def _macro(self, token: Token, over: Node) -> Node:
        self._macros += 1
        if self._macros > MAX_MACROS:
            raise ExpressionInvalid(
                f"runs over lists inside each other more than {MAX_MACROS} deep", token.at
            )
        self._expect("(")
        name = self._take()
        if name.word is not Word.NAME or name.text in _WORDS:
            raise ExpressionInvalid(f"{token.text} begins with a name for the item", name.at)
        self._expect(",")
        parts = [self._choice()]
        if token.text == "map" and self._is(","):
            self._place += 1
            parts.append(self._choice())
        self._expect(")")
        self._macros -= 1
        keep = parts[0] if len(parts) > 1 else None
        return Macro(token.at, token.text, over, name.text, parts[-1], keep)

    def _arguments(self) -> tuple[Node, ...]:
        self._expect("(")
        return self._listed(")")

    def _listed(self, end: str) -> tuple[Node, ...]:
        found: list[Node] = []
        while not self._is(end):
            found.append(self._choice())
            if not self._is(","):
                break
            self._place += 1
        self._expect(end)
        return tuple(found)

    def _primary(self) -> Node:
        token = self._take()
        match token.word:
            case Word.NUMBER:
                return Literal(token.at, _number(token))
            case Word.TEXT:
                return Literal(token.at, token.text)
            case Word.NAME:
                return self._named(token)
            case _ if token.text == "(":
                node = self._choice()
                self._expect(")")
                return node
            case _ if token.text == "[":
                return Items(token.at, self._listed("]"))
            case _:
                raise ExpressionInvalid("misses a value", token.at)

    def _named(self, token: Token) -> Node:
        if token.text in _WORDS:
            return Literal(token.at, _WORDS[token.text])
        if token.text == "in":
            raise ExpressionInvalid("misses a value", token.at)
        if not self._is("("):
            return Name(token.at, token.text)
        arguments = self._arguments()
        if token.text != "has":
            return Call(token.at, token.text, arguments)
        if len(arguments) != 1 or not isinstance(arguments[0], Name | Select | Index):
            raise ExpressionInvalid("has asks for one field", token.at)
        return Has(token.at, arguments[0])


def _number(token: Token) -> Decimal:
    number = Decimal(token.text)
    if abs(number.adjusted()) >= 30:
        raise ExpressionInvalid("has a number of a size that no document states", token.at)
    return number
