from uuid import UUID

from docflow.domain.ids import new_id
from docflow.domain.sampling import is_sampled
from hypothesis import given
from hypothesis import strategies as st

shares = st.floats(0, 1)


@given(st.uuids(), shares, shares)
def test_a_larger_share_holds_all_of_a_smaller_one(process_id: UUID, one: float, other: float) -> None:
    smaller, larger = sorted((one, other))
    assert is_sampled(process_id, larger) or not is_sampled(process_id, smaller)


@given(st.uuids())
def test_none_at_no_share_and_all_at_the_whole(process_id: UUID) -> None:
    assert not is_sampled(process_id, 0.0)
    assert is_sampled(process_id, 1.0)


def test_about_three_of_a_hundred_at_three_percent() -> None:
    chosen = sum(is_sampled(new_id(), 0.03) for _ in range(20_000))
    assert 480 <= chosen <= 720  # five standard deviations
