"""One process: where its result went, a stage that is begun again, and a document beside its twin."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import OpenPage, Submit, faults, shoot
from tests.e2e.receiver import receiving

pytestmark = [pytest.mark.full, pytest.mark.timeout(300)]

ADMIN = "admin@acme.com"
DONE_MS = 30_000
_MARKED = re.compile(r"(^| )bg-accent-wash( |$)")


def test_a_message_shows_its_tries_and_is_sent_again(open_page: OpenPage, submit: Submit) -> None:
    with receiving() as receiver:
        process = submit("xrechnung-mustermann-18383.xml", callback_url=receiver.url)
        page = open_page(f"/processes/{process['process_id']}?tab=outputs", email=ADMIN)
        row = page.get_by_role("listitem").filter(has_text=receiver.address).first
        expect(row).to_contain_text("delivered", timeout=DONE_MS)
        expect(row).to_contain_text("attempt 1")
        expect(row).to_contain_text("HTTP 204")
        assert faults(page) == []
        shoot(page, "process-outputs")
        row.get_by_role("button", name="Send again").click()
        expect(row).to_contain_text("attempt 2", timeout=DONE_MS)
        assert sum(len(bodies) for bodies in receiver.bodies.values()) > len(receiver.bodies)


def test_a_stage_that_failed_is_begun_again_where_it_stands(open_page: OpenPage, submit: Submit) -> None:
    process = submit("damaged-invoice.pdf")
    assert process["status"] == "failed"
    page = open_page(f"/processes/{process['process_id']}?tab=timeline")
    page.get_by_role("button", name="Retry from here").last.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("From which stage")).not_to_have_value("")
    assert faults(page) == []
    dialog.get_by_role("button", name="Retry", exact=True).click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_text("Taking in began")).to_have_count(2, timeout=DONE_MS)


def test_a_place_shows_its_value_and_a_value_its_place(open_page: OpenPage, submit: Submit) -> None:
    process = submit("facturx-moulin-fa-2017-0008.pdf")
    page = open_page(f"/processes/{process['process_id']}")
    page.locator('[data-box="invoice_number"]').click()
    expect(page.locator('[data-read="invoice_number"]')).to_have_class(_MARKED)
    page.get_by_role("button", name="Show Total on page 1").click()
    expect(page.locator('[data-read="grand_total"]')).to_have_class(_MARKED)


def test_a_suspected_duplicate_is_compared_page_by_page(open_page: OpenPage, submit: Submit) -> None:
    submit("facturx-lieferant-471102.pdf")
    process = submit("facturx-lieferant-471102.pdf")
    assert "fraud_detected" in [each["code"] for each in process["review_reasons"]]
    page = open_page(f"/reviews/{process['process_id']}")
    page.get_by_role("button", name="Compare side by side").first.click()
    dialog = page.get_by_role("dialog", name="Compare both documents")
    for side in ("This document", "Earlier document"):
        _is_drawn(dialog.get_by_role("region", name=side, exact=True).locator("[data-page] img").first)
    assert faults(page) == []
    shoot(page, "review-compare")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def _is_drawn(picture: Locator) -> None:
    expect(picture).to_have_js_property("complete", True, timeout=DONE_MS)
    assert picture.evaluate("each => each.naturalWidth") > 0
