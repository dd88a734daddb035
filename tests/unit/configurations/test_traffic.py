"""Who goes to a canary."""

from uuid import UUID

from docflow.domain.ids import new_id
from docflow.domain.traffic import bucket_of, goes_to_canary
from docflow.features.configurations.traffic import Traffic
from docflow.testing.jobs import make_configuration
from hypothesis import given
from hypothesis import strategies as st


def test_buckets_of_ids_made_in_one_moment_are_spread_evenly() -> None:
    counts = [0] * 100
    for _ in range(20_000):
        counts[bucket_of(new_id())] += 1
    # 200 each; five standard deviations are 70.
    assert min(counts) > 130
    assert max(counts) < 270


@given(st.uuids(), st.integers(1, 99), st.integers(1, 99))
def test_a_larger_share_keeps_those_of_a_smaller_one(process_id: UUID, one: int, other: int) -> None:
    small, large = sorted((one, other))
    assert goes_to_canary(process_id, large) or not goes_to_canary(process_id, small)


def test_the_bucket_of_an_id_never_changes() -> None:
    """A change here would move running shares between versions."""
    assert [bucket_of(UUID(int=number)) for number in range(4)] == BUCKETS


def test_without_a_canary_all_go_to_what_is_in_force() -> None:
    in_force, canary = make_configuration(version=1), make_configuration(version=2)
    ids = [new_id() for _ in range(200)]
    assert {Traffic(in_force).for_process(one).version for one in ids} == {1}
    split = [Traffic(in_force, canary, 50).for_process(one).version for one in ids]
    assert split == [2 if bucket_of(one) < 50 else 1 for one in ids]


BUCKETS = [66, 2, 47, 70]
