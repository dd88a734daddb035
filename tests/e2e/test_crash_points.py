"""The program killed at every named point of its code, and started again. A new point joins by being written."""

import re
from pathlib import Path

import docflow
import pytest
from docflow.runtime.stage_runner import CRASH_PREFIX

from tests.e2e.books import prove_once
from tests.e2e.conftest import QUICK_EXPIRY, Start
from tests.e2e.documents import TEXT_PDF, XML, hand_in_all, samples
from tests.e2e.receiver import Receiver

SERVICES = Path(docflow.__file__).parents[3]
NAMED = re.compile(r'\bcrash_point\(f?"([^"]+)"\)')


def points() -> list[str]:
    """Every name in the source; `{point}` stands for each of the stages."""
    sources = (file.read_text(encoding="utf-8") for file in SERVICES.glob("*/src/**/*.py"))
    named = {name for source in sources for name in NAMED.findall(source)}
    return sorted({name.replace("{point}", stage) for name in named for stage in CRASH_PREFIX.values()})


def test_the_points_are_found_in_the_source() -> None:
    assert {
        "submission.after_commit",
        "ocr.before_finish",
        "delivery.after_send",
        "audit.after_write",
    } <= set(points())
    assert not any("{" in point for point in points())


@pytest.mark.full
@pytest.mark.parametrize("point", points())
def test_a_crash_at_this_point_loses_nothing_and_does_nothing_twice(
    point: str, start: Start, receiver: Receiver
) -> None:
    given = samples((XML, TEXT_PDF))
    settings = {"EGRESS__ALLOW": receiver.address, **QUICK_EXPIRY}
    crashing = start(CRASH_AT=point, **settings).ready()
    with crashing.http() as http:
        taken = hand_in_all(http, given, receiver.url)
    assert crashing.died(within_s=20) == -9, f"{point} was not reached"
    again = start(**settings).ready()
    with again.http() as http:
        # What had no answer is sent once more, as a client does; the key makes it the same submission.
        repeated = hand_in_all(http, given, receiver.url)
    assert repeated == {**repeated, **taken}
    prove_once(again, given, receiver)
