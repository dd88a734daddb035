"""Configuration and admin in a real browser: what an admin does there, and every page in both themes."""

import re
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, WIDE, OpenPage, Submit, faults, shoot

pytestmark = [pytest.mark.full, pytest.mark.timeout(300)]

ADMIN = "admin@acme.com"
PAGES = {
    "types": "/configuration",
    "type": "/configuration/types/simple_invoice",
    "evaluations": "/configuration/evaluations",
    "budgets": "/configuration/budgets",
    "people": "/admin",
    "keys": "/admin/keys",
    "usage": "/admin/usage",
    "vendors": "/admin/vendors",
    "retention": "/admin/retention",
    "audit": "/admin/audit",
    "health": "/admin/health",
}


def test_an_admin_publishes_a_prompt(open_page: OpenPage) -> None:
    page = open_page("/configuration", email=ADMIN)
    page.get_by_role("button", name="New type").click()
    name = f"lease-{uuid4().hex[:8]}"
    page.get_by_label("Name").fill("Lease")
    page.get_by_label("ID", exact=True).fill(name)
    page.get_by_role("button", name="Create").click()
    page.get_by_role("button", name="New prompt").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Create").click()
    text = page.get_by_label("Prompt", exact=True)
    text.fill("Read {{output_schema}} and {{nothing_known}}")
    expect(page.get_by_text("This stage does not know: nothing_known")).to_be_visible()
    text.fill("Read {{output_schema}} from {{document_text}}")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Published", exact=True)).to_be_visible()
    expect(text).to_have_value("Read {{output_schema}} from {{document_text}}")
    assert faults(page) == []


def test_what_publishing_refuses_is_shown_where_it_is_mended(open_page: OpenPage) -> None:
    page = open_page("/configuration/types/simple_invoice", email=ADMIN)
    page.get_by_role("button", name="New draft").click()
    page.get_by_role("button", name="Add field").click()
    expect(page.get_by_label("Field", exact=True)).to_have_value("field_1")
    page.get_by_role("tab", name="Rules").click()
    page.get_by_role("button", name="Add rule").click()
    page.get_by_role("group", name="Rules").get_by_label("Field", exact=True).last.fill("no_such_field")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_role("tab", name=re.compile(r"Rules\s*1"))).to_be_visible()
    page.get_by_role("button", name="As code").click()
    expect(page.get_by_label("Rules").last).to_have_value(re.compile("no_such_field"))
    assert faults(page) == []
    shoot(page, "version-refused")


def test_an_admin_puts_fields_in_order(open_page: OpenPage) -> None:
    page = open_page("/configuration/types/bank_statement", email=ADMIN)
    page.get_by_role("table", name="Configurations").get_by_role("link", name="Version 1").first.click()
    page.get_by_role("button", name="Clone").click()
    expect(page.get_by_text("Draft", exact=True)).to_be_visible()
    up = page.get_by_role("button", name=re.compile("^Move .+ up$"))
    second = up.nth(1).get_attribute("aria-label")
    assert second is not None
    up.nth(1).click()
    expect(up.first).to_have_attribute("aria-label", second)
    assert faults(page) == []
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_role("button", name="Save")).to_be_disabled()
    expect(up.first).to_have_attribute("aria-label", second)
    page.reload()
    expect(up.first).to_have_attribute("aria-label", second)


def test_an_admin_tries_a_draft_on_a_document(open_page: OpenPage, submit: Submit) -> None:
    submit("saas-calendly-3189846.pdf")
    page = open_page("/configuration/types/simple_invoice", email=ADMIN)
    page.get_by_role("table", name="Configurations").get_by_role("link", name="Version 1").first.click()
    for tab in ("Settings", "Differences", "Try it"):
        page.get_by_role("tab", name=tab).click()
        page.wait_for_timeout(300)
        assert faults(page) == []
        shoot(page, f"version-{tab.split()[0].lower()}")
    page.get_by_role("button", name="Read it").click()
    expect(page.get_by_role("table", name="What would come of it")).to_be_visible(timeout=30_000)
    assert faults(page) == []
    shoot(page, "version-tried")


def test_an_admin_makes_a_key_that_is_shown_once(open_page: OpenPage) -> None:
    page = open_page("/admin/keys", email=ADMIN)
    page.get_by_role("button", name="Create a key").click()
    name = f"n8n {uuid4().hex[:6]}"
    page.get_by_label("Name").fill(name)
    page.get_by_role("dialog").get_by_role("button", name="Create a key").click()
    dialog = page.get_by_role("dialog", name="Key created")
    expect(dialog.locator("code")).to_have_text(re.compile(r"^\S{20,}$"))
    assert faults(page) == []
    secret = dialog.locator("code").inner_text()
    dialog.get_by_role("button", name="Done").click()
    expect(page.get_by_role("row", name=re.compile(name))).to_be_visible()
    assert secret not in page.content()


def test_an_admin_sees_the_usage(open_page: OpenPage) -> None:
    page = open_page("/admin/usage", email=ADMIN)
    page.get_by_label("By", exact=True).select_option("model")
    expect(page.get_by_text("Calls without a known price")).to_be_visible()


def test_an_admin_verifies_the_audit(open_page: OpenPage) -> None:
    page = open_page("/admin/audit", email=ADMIN)
    page.get_by_role("button", name="Verify the chain").click()
    expect(page.get_by_text("The chain is intact.")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_has_a_serious_fault(open_page: OpenPage, theme: str) -> None:
    page = open_page("/configuration", email=ADMIN, theme=theme)
    for name, path in PAGES.items():
        page.goto(path)
        page.get_by_role("heading", level=1).wait_for()
        page.get_by_text("Loading").first.wait_for(state="detached")
        for size, viewport in (("wide", WIDE), ("phone", PHONE)):
            page.set_viewport_size(viewport)
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= viewport["width"], f"{name} is {width} px wide on {size}"
            shoot(page, f"{name}-{theme}-{size}")
        assert faults(page) == [], name
        page.set_viewport_size(WIDE)


def test_the_platform_looks_after_clients(open_page: OpenPage) -> None:
    page = open_page("/clients", email="platform@docflow.local")
    expect(page.get_by_role("table", name="Clients")).to_be_visible()
    assert faults(page) == []
    shoot(page, "clients")
