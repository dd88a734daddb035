from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from docflow.domain.leases import LEASE, Lease, LeaseHeld, claimed, released
from hypothesis import given
from hypothesis import strategies as st

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
ANN, BEN = UUID(int=1), UUID(int=2)


def test_claiming_again_renews() -> None:
    later = NOW + timedelta(minutes=10)
    assert claimed(claimed(Lease(), ANN, NOW), ANN, later) == Lease(ANN, later + LEASE)


def test_nobody_else_can_claim_or_release_it_meanwhile() -> None:
    held = claimed(Lease(), ANN, NOW)
    for act in (claimed, released):
        with pytest.raises(LeaseHeld) as refused:
            act(held, BEN, NOW)
        assert (refused.value.holder, refused.value.until) == (ANN, NOW + LEASE)


def test_it_is_free_once_its_time_is_up() -> None:
    held = claimed(Lease(), ANN, NOW)
    assert claimed(held, BEN, NOW + LEASE).holder == BEN


def test_an_admin_takes_over_and_lets_go_for_others() -> None:
    held = claimed(Lease(), ANN, NOW)
    assert claimed(held, BEN, NOW, take_over=True).holder == BEN
    assert released(held, BEN, NOW, anybodys=True) == Lease()


moves = st.lists(
    st.tuples(st.sampled_from([ANN, BEN]), st.integers(0, 1000), st.booleans(), st.booleans()), max_size=30
)


@given(moves)
def test_one_at_a_time_holds_it(moves: list[tuple[UUID, int, bool, bool]]) -> None:
    lease, now = Lease(), NOW
    for who, passed_s, claims, forced in moves:
        now += timedelta(seconds=passed_s)
        before = lease.holder_at(now)
        try:
            lease = claimed(lease, who, now, take_over=forced) if claims else released(lease, who, now)
        except LeaseHeld as held:
            assert before is not None
            assert (before, held.holder) == (lease.holder, before)
            assert before != who
            continue
        assert before in (None, who) or forced
        assert lease.holder_at(now) == (who if claims else None)
