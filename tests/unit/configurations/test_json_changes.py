from typing import Any

import pytest
from docflow.domain.json_changes import changes_between


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 2}, [("/a", "changed", 1, 2)]),
        ({"a": 1}, {"b": 1}, [("/a", "removed", 1, None), ("/b", "added", None, 1)]),
        ({"a": None}, {}, [("/a", "removed", None, None)]),
        ({"a": [1, 2]}, {"a": [1, 3, 4]}, [("/a/1", "changed", 2, 3), ("/a/2", "added", None, 4)]),
        ({"a/b": {"c~": 1}}, {"a/b": {"c~": 2}}, [("/a~1b/c~0", "changed", 1, 2)]),
        ({"a": 1}, {"a": True}, [("/a", "changed", 1, True)]),
        ({"a": [1]}, {"a": {"0": 1}}, [("/a", "changed", [1], {"0": 1})]),
    ],
)
def test_each_place_that_differs_is_told_once(
    before: Any, after: Any, changes: list[tuple[Any, ...]]
) -> None:
    found = list(changes_between(before, after))
    assert [(one.pointer, one.kind.value, one.before, one.after) for one in found] == changes
