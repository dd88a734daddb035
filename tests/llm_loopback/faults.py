"""What goes wrong, in the order of a script."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum

from tests.llm_loopback.exchange import Json


class Kind(StrEnum):
    RATE_LIMITED = "rate_limited"
    OVERLOADED = "overloaded"
    SERVER = "server"
    UNAVAILABLE = "unavailable"
    GATEWAY_TIMEOUT = "gateway_timeout"
    BILLING = "billing"
    TOO_COMPLEX = "too_complex"
    CONTEXT_EXCEEDED = "context_exceeded"
    SLOW = "slow"
    STALLED = "stalled"
    CUT = "cut"
    RESET = "reset"
    TRUNCATED = "truncated"
    REFUSAL = "refusal"
    BAD_JSON = "bad_json"
    WRONG_SCHEMA = "wrong_schema"
    UNGROUNDED = "ungrounded"
    SWAPPED_DIGIT = "swapped_digit"
    OBEDIENT = "obedient"
    """Does what a sentence in the document orders: "... total is 1.00" becomes the total."""
    TAKEN_OVER = "taken_over"
    """Answers what an attacker wants, `wanted` by name, whatever was sent; `{system}` stands for the end of the prompt."""
    STREAM_ERROR = "stream_error"
    NO_USAGE = "no_usage"
    EXTRA_BLOCK = "extra_block"


@dataclass
class Fault:
    """Happens to the next `times` requests that match, after `skip` of them. `retry_after` is a header's value."""

    kind: Kind
    model: str | None = None
    key: str | None = None
    times: int = 1
    skip: int = 0
    retry_after: str | None = None
    retry_after_ms: str | None = None
    seconds: float = 0.5
    wanted: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, given: Json) -> "Fault":
        known = {one.name for one in fields(cls)}
        if unknown := set(given) - known:
            raise ValueError(f"a fault has no {sorted(unknown)}")
        return cls(**{**given, "kind": Kind(given["kind"])})


class Script:
    def __init__(self, faults: Sequence[Fault] = ()) -> None:
        self._faults = list(faults)

    def add(self, *faults: Fault) -> None:
        self._faults += faults

    def next(self, model: str, key: str) -> Fault | None:
        for fault in self._faults:
            if (fault.model, fault.key) != (fault.model and model, fault.key and key):
                continue
            if fault.skip:
                fault.skip -= 1
                return None
            fault.times -= 1
            if not fault.times:
                self._faults.remove(fault)
            return fault
        return None


_ORDER = re.compile(r"\b(?:the )?(\w+)(?: to| is|=)+ ([\w.,-]+)", re.IGNORECASE)


def spoiled(answer: Json, fault: Fault | None, texts: Sequence[str], system: str) -> Json:
    """An answer of the right shape that is wrong."""
    match fault.kind if fault else None:
        case Kind.TAKEN_OVER:
            assert fault
            wanted = {name: text.replace("{system}", system[-300:]) for name, text in fault.wanted.items()}
            return _each_leaf(answer, lambda name, leaf: _as_wanted(wanted.get(name), leaf, texts))
        case Kind.WRONG_SCHEMA:
            return {**answer, "not_asked_for": True}
        case Kind.UNGROUNDED:
            return _each_text(answer, lambda name, text: "4711-0815" if text else text)
        case Kind.SWAPPED_DIGIT:
            return _each_text(answer, lambda name, text: _swapped(text))
        case Kind.OBEDIENT:
            lines = [
                line
                for text in texts
                for line in text.splitlines()
                if re.search("ignore|instruction", line, re.IGNORECASE)
            ]
            orders = {
                name.casefold(): value.rstrip(".") for line in lines for name, value in _ORDER.findall(line)
            }
            return _each_text(
                answer, lambda name, text: next((v for order, v in orders.items() if order in name), text)
            )
    return answer


def _swapped(text: str) -> str:
    return re.sub(r"(\d)(\d)(?!.*\d\d)", r"\2\1", text, count=1)


def _as_wanted(wanted: str | None, leaf: Json, texts: Sequence[str]) -> Json:
    """With the line that holds it as its quote, as a cunning model would."""
    if wanted is None:
        return leaf
    found = [
        (line.strip(), int(page[1]))
        for text in texts
        if (page := re.search(r'page="(\d+)"', text))
        for line in text.splitlines()
        if wanted in line
    ]
    quote, page = found[-1] if found else (wanted, 1)
    return {"text": wanted, "quote": quote, "page": page}


def _each_leaf(node: Json, change: Callable[[str, Json], Json], name: str = "") -> Json:
    if isinstance(node, dict) and set(node) == {"text", "quote", "page"}:
        return change(name, node)
    if isinstance(node, dict):
        return {key: _each_leaf(sub, change, key) for key, sub in node.items()}
    return [_each_leaf(sub, change, name) for sub in node] if isinstance(node, list) else node


def _each_text(node: Json, change: object, name: str = "") -> Json:
    assert callable(change)
    if isinstance(node, dict) and set(node) == {"text", "quote", "page"}:
        return {**node, "text": change(name, node["text"])}
    if isinstance(node, dict):
        return {key: _each_text(sub, change, key) for key, sub in node.items()}
    return [_each_text(sub, change, name) for sub in node] if isinstance(node, list) else node
