from typing import Literal

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.browser.conftest import PHONE, WIDE, OpenPage, faults, shoot

pytestmark = [pytest.mark.full, pytest.mark.timeout(300)]


def test_a_person_signs_in_and_out(open_page: OpenPage) -> None:
    page = open_page("/processes")
    expect(page.get_by_role("heading", name="Processes")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_the_sign_in_has_no_serious_fault(
    open_page: OpenPage, theme: Literal["light", "dark"], viewport: ViewportSize
) -> None:
    page = open_page(email=None, theme=theme, viewport=viewport)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    shoot(page, f"sign-in-{theme}-{viewport['width']}")
    assert faults(page) == []
