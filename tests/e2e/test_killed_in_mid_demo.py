"""The program killed in the middle of its work, in both ways it can happen, and started again on the same home."""

from collections.abc import Callable

import pytest

from tests.e2e.books import prove_once
from tests.e2e.conftest import Start
from tests.e2e.documents import MIXED, hand_in_all, samples
from tests.e2e.program import Program
from tests.e2e.receiver import Receiver

pytestmark = pytest.mark.full


@pytest.mark.parametrize(
    "kill", [Program.kill, Program.kill_all], ids=["the program alone", "everything at once"]
)
def test_what_was_taken_reaches_its_state_once_after_a_kill(
    kill: Callable[[Program], None], start: Start, receiver: Receiver
) -> None:
    given = samples(MIXED)
    allowed = {"EGRESS__ALLOW": receiver.address}
    program = start(**allowed).ready()
    with program.http() as http:
        taken = hand_in_all(http, given, receiver.url)
    assert len(taken) == len(given)
    kill(program)
    prove_once(start(**allowed).ready(), given, receiver)
