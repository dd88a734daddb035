from datetime import UTC, datetime
from uuid import UUID

import pytest
from docflow.domain.errors import UserError
from docflow.domain.ids import new_id
from docflow.domain.paging import Mark, PageOf
from hypothesis import given
from hypothesis import strategies as st

START, END = datetime(1980, 1, 1), datetime(2200, 1, 1)  # noqa: DTZ001 - hypothesis adds the zone
TIMES = st.datetimes(min_value=START, max_value=END, timezones=st.just(UTC))


@given(TIMES, st.uuids())
def test_a_cursor_brings_back_its_place_to_the_microsecond(at: datetime, row_id: UUID) -> None:
    mark = Mark(at, row_id)
    assert Mark.decode(mark.encode()) == mark


@pytest.mark.parametrize("cursor", ["x", "AAAA", "é", "=" * 40, "A" * 31, "A" * 33, "f" + "_" * 31])
def test_what_no_list_gave_out_is_refused_with_a_pointer(cursor: str) -> None:
    with pytest.raises(UserError) as refused:
        Mark.decode(cursor)
    assert refused.value.problems[0].pointer == "/query/cursor"


def test_a_page_has_a_next_one_only_when_a_row_is_left() -> None:
    rows = [Mark(datetime(2026, 1, n, tzinfo=UTC), new_id()) for n in (3, 2, 1)]
    assert PageOf.cut(rows, 3, lambda row: row).next is None
    cut = PageOf.cut(rows, 2, lambda row: row)
    assert (list(cut.rows), cut.next) == (rows[:2], rows[1])
