"""Line items, notes and claims on the review screen, kept by the real program and read back from it."""

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import OpenPage, Submit, faults, final_result, shoot
from tests.browser.documents import doubtful_rows
from tests.data.make_invoices import rows_of
from tests.e2e.program import Program

pytestmark = [pytest.mark.full, pytest.mark.timeout(300)]

PASTED = "Freight\t1\t12,00\t12,00\nRebate\t1\t-12.00\t-12.00"


@pytest.fixture
def held(submit: Submit) -> str:
    process = submit("with-rows.pdf", doubtful_rows(rows_of(3)))
    assert process["status"] == "hitl_review"
    return str(process["process_id"])


def test_rows_a_note_and_a_claim_stand_as_the_reviewer_left_them(
    open_page: OpenPage, held: str, program: Program
) -> None:
    page = open_page(f"/reviews/{held}", permissions=["clipboard-read", "clipboard-write"])
    grid = page.get_by_role("table", name="Line items")
    _cell(page, "Description", 1).fill("Copy paper, white")
    page.get_by_role("button", name="Add a row").click()
    expect(_cell(page, "Description", 4)).to_be_focused()
    page.evaluate("text => navigator.clipboard.writeText(text)", PASTED)
    page.keyboard.press("Control+V")
    expect(grid.locator("tbody tr")).to_have_count(5)
    expect(_cell(page, "Amount", 5)).to_have_value("-12.00")
    expect(page.get_by_text(re.compile("The rows add up to .*, as Net total says"))).to_be_visible()
    page.get_by_text("Add a note", exact=True).first.click()
    page.get_by_label("A note for your colleagues").fill("Freight was agreed by phone.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Freight was agreed by phone.").first).to_be_visible()
    page.get_by_label("Currency").fill("eur")
    page.get_by_label("Currency").press("Enter")
    expect(page.get_by_role("textbox", name="Number of lines")).to_be_focused()
    page.keyboard.press("Enter")
    assert faults(page) == []
    shoot(page, "review-rows")
    with program.http() as http:
        claimed = http.get(f"/v1/reviews/{held}").json()
    assert claimed["claimed_by_name"]
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("with-rows.pdf is approved.")).to_be_visible()
    with program.http() as http:
        review = http.get(f"/v1/reviews/{held}").json()
    result = final_result(program, held)
    assert [note["text"] for note in review["notes"]] == ["Freight was agreed by phone."]
    assert review["decision"] == "approve"
    rows = [{name: cell["value"] for name, cell in row.items()} for row in result["tables"]["line_items"]]
    assert [row["description"] for row in rows][::3] == ["Copy paper, white", "Freight"]
    assert [row["line_total"] for row in rows[3:]] == ["12.00", "-12.00"]
    assert result["fields"]["currency"]["value"] == "EUR"


def test_a_field_that_a_rule_doubts_after_all_keeps_the_focus(open_page: OpenPage, held: str) -> None:
    page = open_page(f"/reviews/{held}")
    asked: list[Route] = []

    def hold(route: Route) -> None:
        asked.append(route)

    page.route("**/v1/reviews/*/fields", hold)
    net = page.get_by_role("textbox", name="Net total", exact=True)
    net.fill("1.00")
    with page.expect_request("**/v1/reviews/*/fields"):
        net.press("ArrowDown")
    net.focus()
    doubtful = page.get_by_role("region", name="To check").get_by_role(
        "textbox", name="Net total", exact=True
    )
    expect(doubtful).to_have_count(0)
    asked[0].continue_()
    expect(doubtful).to_be_focused()
    expect(doubtful).to_have_value("1.00")


def _cell(page: Page, column: str, row: int) -> Locator:
    return page.get_by_label(f"{column}, row {row}", exact=True)
