"""What the keyboard needs of every page: the focus comes back, and what is out of sight is said to be there."""

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.browser.conftest import OpenPage, width_beyond

pytestmark = [pytest.mark.full, pytest.mark.timeout(300)]

REFLOWED: ViewportSize = {"width": 640, "height": 512}
"""1280 by 1024 px at 200 %."""


def test_a_dialog_keeps_the_focus_and_gives_it_back(open_page: OpenPage) -> None:
    page = open_page("/admin", email="admin@acme.com")
    opener = page.get_by_role("button", name="Invite")
    opener.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate(
            "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
        )
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(opener).to_be_focused()


def test_sections_fit_a_wide_window_and_fade_where_a_narrow_one_cuts_them(open_page: OpenPage) -> None:
    page = open_page("/admin", email="admin@acme.com", locale="de-DE")
    bar = page.get_by_role("navigation", name="Verwaltung")
    expect(bar).to_be_visible()
    assert bar.evaluate("each => each.scrollWidth - each.clientWidth") <= 1
    page.set_viewport_size(REFLOWED)
    expect(bar).to_have_attribute("data-cut-end", "")
    bar.get_by_role("link", name="Zustand").focus()
    expect(bar).to_have_attribute("data-cut-start", "")
    expect(bar).not_to_have_attribute("data-cut-end", "")
    assert width_beyond(page) == 0
