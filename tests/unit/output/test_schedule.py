from docflow_output.schedule import DELAYS_S, next_try_s


def test_a_delivery_is_tried_twelve_times_over_three_days() -> None:
    waits = [next_try_s(failures, lambda: 0.0) for failures in range(1, 13)]
    assert waits == [1, 2, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400, None]
    assert len(DELAYS_S) == 12


def test_chance_makes_a_wait_longer_by_a_tenth_at_most() -> None:
    assert next_try_s(4, lambda: 1.0) == 330


def test_a_receiver_that_asks_for_more_time_gets_it() -> None:
    assert next_try_s(1, lambda: 0.0, at_least_s=60.0) == 60.0
