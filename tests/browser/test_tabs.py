"""Several tabs of one person, over HTTP/1.1: a browser opens six connections to a host at most."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage, Submit

pytestmark = [pytest.mark.full, pytest.mark.timeout(300)]

TABS = 8


def test_many_tabs_load_and_hear_a_change_also_when_the_first_closes(
    open_page: OpenPage, submit: Submit
) -> None:
    before = submit("xrechnung-mustermann-18383.xml", external_id="before-tabs")
    first = open_page("/processes")
    tabs = [first, *(first.context.new_page() for _ in range(TABS - 1))]
    for tab in tabs[1:]:
        tab.goto("/processes", wait_until="commit", timeout=10_000)
    for tab in tabs:
        expect(tab.locator(f"[data-row='{before['process_id']}']")).to_be_visible()
        expect(tab.get_by_text("Live", exact=True)).to_be_visible()
    for left in (tabs, tabs[1:]):
        if left is not tabs:
            first.close()
        process = submit("xrechnung-mustermann-18383.xml", external_id=f"heard-by-{len(left)}")
        for tab in left:
            expect(tab.locator(f"[data-row='{process['process_id']}']")).to_be_visible()
            expect(tab.get_by_text("Live", exact=True)).to_be_visible()
