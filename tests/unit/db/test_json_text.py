import json

import pytest
from docflow.db.json_text import json_bytes


@pytest.mark.parametrize("value", [{"b": 1, "a": [None, "ä", 1.5]}, {"b": 10**300, "a": "ä"}])
def test_whatever_a_database_gives_back_can_be_told(value: object) -> None:
    told = json_bytes(value, sort_keys=True)
    assert json.loads(told) == value
    assert told.startswith(b'{"a":')
    assert b", " not in told
