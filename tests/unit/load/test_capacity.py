import pytest

from tests.load.capacity import (
    BESIDE,
    DATABASE,
    HANDOVER_S,
    STAGES,
    mixed,
    one_machine,
    plan_for,
    with_arrivals,
    with_senders,
)

COSTS = {**dict.fromkeys(STAGES, 0.02), **dict.fromkeys(BESIDE, 0.005), DATABASE: 0.04}
WAITED_FOR_S = 4 * 0.02 + 0.04


def test_a_document_alone_takes_its_processor_time_and_the_ways_between_the_stages() -> None:
    run = with_senders(COSTS, one_machine(2), senders=1, documents=20)
    assert run.quantile_s(0.5) == pytest.approx(WAITED_FOR_S + 3 * HANDOVER_S, rel=0.05)


def test_a_full_machine_passes_what_its_cores_can_carry() -> None:
    run = with_senders(COSTS, one_machine(2), senders=8, documents=400)
    assert run.per_s == pytest.approx(2 / sum(COSTS.values()), rel=0.03)
    assert sum(run.busy.values()) == pytest.approx(1, abs=0.03)


def test_a_plan_has_room_everywhere_and_nobody_waits_long_in_it() -> None:
    plan = plan_for(COSTS, per_s=100)
    run = with_arrivals(COSTS, plan, per_s=100, documents=5_000)
    assert max(run.busy.values()) <= 0.62
    assert run.quantile_s(0.95) < 1.5 * (WAITED_FOR_S + 3 * HANDOVER_S)


def test_a_mean_document_costs_what_its_kinds_cost_by_their_shares() -> None:
    dear = {name: 2 * seconds for name, seconds in COSTS.items()}
    mean = mixed({"a": {"cpu_s": COSTS}, "b": {"cpu_s": dear}}, {"a": 0.75, "b": 0.25})
    assert mean[DATABASE] == pytest.approx(1.25 * COSTS[DATABASE])
