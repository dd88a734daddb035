"""What differs between two JSON values, place by place."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from docflow.domain.errors import pointer_to
from docflow.domain.json_types import JsonObject, JsonValue


class ChangeKind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """`pointer` is an RFC 6901 pointer; what is not there on one side is None there."""

    pointer: str
    kind: ChangeKind
    before: JsonValue = None
    after: JsonValue = None

    def as_json(self) -> JsonObject:
        return {"pointer": self.pointer, "kind": self.kind.value, "before": self.before, "after": self.after}


def changes_between(before: JsonValue, after: JsonValue, path: Sequence[str | int] = ()) -> Iterator[Change]:
    """In the order of names; lists are compared place by place."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _inner(before, after, sorted({*before, *after}), path)
    elif _is_list(before) and _is_list(after):
        yield from _inner(
            dict(enumerate(before)), dict(enumerate(after)), range(max(len(before), len(after))), path
        )
    elif before != after or type(before) is not type(after):
        yield Change(pointer_to(path), ChangeKind.CHANGED, before, after)


def _inner(
    before: Mapping[str | int, JsonValue],
    after: Mapping[str | int, JsonValue],
    keys: Iterable[str | int],
    path: Sequence[str | int],
) -> Iterator[Change]:
    for key in keys:
        place = (*path, key)
        if key not in after:
            yield Change(pointer_to(place), ChangeKind.REMOVED, before=before[key])
        elif key not in before:
            yield Change(pointer_to(place), ChangeKind.ADDED, after=after[key])
        else:
            yield from changes_between(before[key], after[key], place)


def _is_list(value: JsonValue) -> bool:
    return isinstance(value, list | tuple)
