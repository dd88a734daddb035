import pytest
from docflow.domain.approving import Approvals, approved, errors_of, refuse_unseen
from docflow.domain.errors import Conflict, Forbidden, UserError
from hypothesis import given
from hypothesis import strategies as st

RESULT = {
    "findings": [
        {"code": "b", "severity": "error"},
        {"code": "a", "severity": "error"},
        {"code": "c", "severity": "warning"},
        {"code": "a", "severity": "error"},
    ]
}


@given(st.lists(st.sampled_from(["user:1", "user:2", "user:3", "key:1"]), max_size=8), st.integers(1, 2))
def test_approvals_are_of_as_many_people_as_are_required(names: list[str], required: int) -> None:
    approvals = Approvals(required)
    for name in names:
        if approvals.are_enough:
            break
        try:
            approvals = approved(approvals, name)
        except Conflict:
            assert name in approvals.given
        except Forbidden:
            assert (required, name) == (2, "key:1")
    people = {name for name in approvals.given if name.startswith("user:")}
    assert len(set(approvals.given)) == len(approvals.given) <= required
    assert required == 1 or len(people) == len(approvals.given)


def test_errors_are_named_once() -> None:
    assert errors_of(RESULT) == ("a", "b")
    assert errors_of(None) == ()


def test_one_person_may_approve_over_errors() -> None:
    refuse_unseen(Approvals(1), ("a",), override=False, reason="")


@pytest.mark.parametrize(
    ("override", "reason", "missing"),
    [(False, "", ["/override", "/reason"]), (True, " ", ["/reason"]), (False, "seen", ["/override"])],
)
def test_where_two_must_approve_each_says_that_errors_are_known_and_why(
    override: bool, reason: str, missing: list[str]
) -> None:
    with pytest.raises(UserError) as refused:
        refuse_unseen(Approvals(2), ("a",), override=override, reason=reason)
    assert refused.value.code == "override_required"
    assert [problem.pointer for problem in refused.value.problems] == missing


def test_said_and_explained_it_passes() -> None:
    refuse_unseen(Approvals(2), ("a",), override=True, reason="the seller confirmed it")
    refuse_unseen(Approvals(2), (), override=False, reason="")
