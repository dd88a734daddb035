import re

import pytest

from tests.unit.project.error_codes import statuses_by_code
from tests.unit.project.repository import ROOT

PAGE = (ROOT / "docs/api/errors.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| ((?:`[a-z_]+`(?:, )?)+) \|(?: (\d{3}) \|)?", re.MULTILINE)
TOLD = [
    (code, int(status) if status else None)
    for codes, status in ROW.findall(PAGE)
    for code in re.findall(r"`([a-z_]+)`", codes)
]
GIVEN = statuses_by_code()


def test_the_page_tells_of_every_code_that_the_source_gives_out() -> None:
    assert sorted(set(GIVEN) - {code for code, _ in TOLD}) == []


def test_the_page_tells_of_no_code_that_nothing_gives_out() -> None:
    assert sorted({code for code, _ in TOLD} - set(GIVEN)) == []


def test_the_page_tells_of_each_code_once() -> None:
    codes = [code for code, _ in TOLD]
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize(("code", "status"), [(code, status) for code, status in TOLD if status])
def test_a_code_comes_with_the_status_that_the_page_tells(code: str, status: int) -> None:
    assert status in GIVEN[code]
