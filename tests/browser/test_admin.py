"""What an admin looks after beside people and keys, in a real browser: dead work, webhooks, notifications, health."""

import re
from collections.abc import Iterator
from typing import Literal
from uuid import uuid4

import psycopg
import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.conftest import PHONE, WIDE, OpenPage, Submit, faults, shoot, width_beyond
from tests.e2e.program import Program
from tests.e2e.receiver import Receiver, receiving

pytestmark = [pytest.mark.full, pytest.mark.timeout(300)]

ADMIN = "admin@acme.com"
PLATFORM = "platform@docflow.local"
SENT_MS = 30_000
_DEAD = """
WITH failed AS (
    INSERT INTO processes (process_id, client_id, process_type_id, external_id, status, current_stage, error_code)
    SELECT gen_random_uuid(), client_id, 'simple_invoice', %(name)s, 'failed', 'INTELLIGENT_OCR', %(code)s
    FROM clients WHERE slug = 'acme-corp'
    RETURNING client_id, process_id, error_code
)
INSERT INTO stage_runs (run_id, client_id, process_id, stage, step, status, attempt, failures, error_code, error_message,
                        finished_at)
SELECT gen_random_uuid(), client_id, process_id, 'INTELLIGENT_OCR', 'intelligent_ocr', 'failed', 3, 3, error_code,
    'it ends early', now()
FROM failed
"""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as opened:
        yield opened


@pytest.fixture
def dead(program: Program) -> str:
    """What a process is called that failed for good."""
    return add_dead(program, "file_corrupt")


def add_dead(program: Program, code: str) -> str:
    name = f"dead-{uuid4().hex[:8]}"
    url = program.run["admin_database_url"].replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(url) as connection:
        connection.execute(_DEAD, {"name": name, "code": code})
    return name


def test_dead_work_is_run_again_or_dropped(open_page: OpenPage, program: Program, dead: str) -> None:
    other = add_dead(program, "timeout")
    page = open_page("/admin/dead", email=ADMIN)
    row = page.get_by_role("row", name=re.compile(dead))
    expect(row).to_contain_text("The file is damaged.")
    expect(row).to_contain_text("file_corrupt")
    page.get_by_label("Error code").fill("timeout")
    expect(row).to_have_count(0)
    page.get_by_role("row", name=re.compile(other)).get_by_role("button", name="Drop").click()
    page.get_by_role("dialog").get_by_role("button", name="Drop").click()
    expect(page.get_by_text("Nothing matches", exact=True)).to_be_visible()
    page.get_by_label("Error code").fill("")
    row.get_by_role("button", name="Run again").click()
    expect(page.get_by_text("It continues from where it stopped.")).to_be_visible()
    expect(row).to_have_count(0)


def test_a_platform_admin_sees_the_dead_work_of_all_clients(open_page: OpenPage, dead: str) -> None:
    page = open_page("/clients", email=PLATFORM)
    page.get_by_role("link", name="Dead work").click()
    expect(page.get_by_role("table", name="Dead work").get_by_role("row").nth(1)).to_contain_text("Acme")
    assert dead not in page.content()
    assert faults(page) == []


def test_an_endpoint_is_made_tried_and_its_message_sent_again(
    open_page: OpenPage, receiver: Receiver
) -> None:
    page = open_page("/admin/webhooks", email=ADMIN)
    page.get_by_role("button", name="Add an endpoint").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Address").fill("http://10.0.0.1/inner")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("egress_refused")
    address = f"{receiver.url}/{uuid4().hex[:8]}"
    dialog.get_by_label("Address").fill(address)
    dialog.get_by_label("Custom headers").fill("no header")
    expect(dialog.get_by_text("Line 1 is no header")).to_be_visible()
    dialog.get_by_label("Custom headers").fill("X-Api-Key: planted-value")
    dialog.get_by_role("button", name="Add an endpoint").click()
    secret = page.get_by_role("dialog", name="Endpoint added").locator("code").inner_text()
    assert secret.startswith("whsec_")
    assert faults(page) == []
    page.get_by_role("button", name="Done").click()
    page.get_by_role("link", name=address).click()
    expect(page.get_by_text("X-Api-Key")).to_be_visible()
    assert secret not in page.content()
    assert "planted-value" not in page.content()
    page.get_by_role("button", name="Send a test").click()
    delivery = page.get_by_role("table", name="Deliveries").get_by_role("row", name=re.compile("Test"))
    expect(delivery).to_contain_text("Delivered", timeout=SENT_MS)
    expect(delivery).to_contain_text("204")
    delivery.get_by_role("button", name="Test").click()
    page.get_by_role("dialog").get_by_role("button", name="Send again").click()
    expect(page.get_by_role("dialog").get_by_role("row")).to_have_count(3, timeout=SENT_MS)
    assert faults(page) == []
    shoot(page, "delivery")
    sent = page.get_by_role("dialog").get_by_text(re.compile("^msg_")).inner_text()
    assert len(receiver.bodies[sent]) == 2


def test_a_secret_is_changed_and_an_endpoint_switched_off(open_page: OpenPage, receiver: Receiver) -> None:
    page = open_page("/admin/webhooks", email=ADMIN)
    address = f"{receiver.url}/{uuid4().hex[:8]}"
    page.get_by_role("button", name="Add an endpoint").click()
    page.get_by_label("Address").fill(address)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Done").click()
    page.get_by_role("link", name=address).click()
    page.get_by_role("button", name="New secret").click()
    page.get_by_role("dialog").get_by_role("button", name="New secret").click()
    expect(page.get_by_role("dialog").locator("code")).to_contain_text("whsec_")
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_text("messages are also signed with the old secret.")).to_be_visible()
    page.get_by_role("button", name="Disable").click()
    expect(page.get_by_text("Disabled", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Send a test")).to_be_disabled()
    page.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_role("button", name="Add an endpoint")).to_be_visible()
    expect(page.get_by_role("link", name=address)).to_have_count(0)


def test_a_channel_is_made_and_tried(open_page: OpenPage) -> None:
    page = open_page("/admin/notifications", email=ADMIN)
    page.get_by_role("button", name="Add a channel").click()
    dialog = page.get_by_role("dialog")
    name = f"payables {uuid4().hex[:6]}"
    dialog.get_by_label("Kind").select_option("slack")
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_label("Target").fill("https://example.com/")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("channel_invalid")
    dialog.get_by_label("Kind").select_option("email")
    dialog.get_by_label("Target").fill("payables@example.com")
    page.keyboard.press("Enter")
    row = page.get_by_role("row", name=re.compile(name))
    expect(row).to_contain_text("p…@example.com")
    row.get_by_role("button", name="Test").click()
    expect(page.get_by_role("dialog", name=f"Messages of {name}")).to_contain_text("Test message")
    assert faults(page) == []


def test_the_platform_has_channels_and_rules_of_its_own(open_page: OpenPage) -> None:
    page = open_page("/clients", email=PLATFORM)
    page.get_by_role("link", name="Alerts").click()
    page.get_by_role("button", name="Add a channel").click()
    dialog = page.get_by_role("dialog")
    name = f"operations {uuid4().hex[:6]}"
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_label("Target").fill("operations@example.com")
    page.keyboard.press("Enter")
    channel = page.get_by_role("table", name="Channels").get_by_role("row", name=re.compile(name))
    expect(channel).to_contain_text("o…@example.com")
    page.get_by_role("button", name="Add a rule").click()
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_label("What is measured").select_option("queue_age_s")
    dialog.get_by_label("Threshold (minutes)").fill("15")
    page.keyboard.press("Enter")
    rule = page.get_by_role("table", name="Alert rules").get_by_role("row", name=re.compile(name))
    expect(rule).to_contain_text("Age of the oldest document in the queue above 15 min")
    assert faults(page) == []
    shoot(page, "platform-alerts")
    rule.get_by_role("button", name=f"Edit {name}").click()
    dialog.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(rule).to_have_count(0)
    channel.get_by_role("button", name=re.compile("Remove")).click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(channel).to_have_count(0)


def test_a_rule_is_tried_before_it_is_kept(open_page: OpenPage) -> None:
    page = open_page("/admin/notifications", email=ADMIN)
    page.get_by_role("button", name="Add a rule").click()
    dialog = page.get_by_role("dialog")
    name = f"queue {uuid4().hex[:6]}"
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_label("Threshold").fill("100000")
    dialog.get_by_role("button", name="Try it").click()
    expect(dialog.get_by_text("the rule would not fire")).to_be_visible()
    dialog.get_by_label("What is measured").select_option("failure_rate")
    dialog.get_by_label("Threshold (%)").fill("25")
    assert faults(page) == []
    shoot(page, "rule-form")
    dialog.get_by_role("button", name="Add a rule").click()
    row = page.get_by_role("row", name=re.compile(name))
    expect(row).to_contain_text("Failure rate above 25%")
    row.get_by_role("button", name=f"Edit {name}").click()
    expect(dialog.get_by_label("Threshold (%)")).to_have_value("25")
    dialog.get_by_role("button", name="Remove").click()
    page.get_by_role("dialog", name=f"Remove “{name}”?").get_by_role("button", name="Remove").click()
    expect(row).to_have_count(0)


def test_the_bell_counts_what_is_not_read(open_page: OpenPage, submit: Submit) -> None:
    page = open_page("/profile", email=ADMIN)
    submit("facturx-lieferant-471102.pdf")
    submit("facturx-lieferant-471102.pdf")
    bell = page.get_by_role("button", name=re.compile("Notifications: .* unread"))
    expect(bell).to_be_visible(timeout=SENT_MS)
    page.keyboard.press("g")
    page.keyboard.press("n")
    inbox = page.get_by_role("dialog", name="Notifications")
    first = inbox.get_by_role("listitem").first
    expect(first).to_be_visible()
    assert faults(page) == []
    shoot(page, "inbox")
    before = inbox.get_by_role("button", name="Mark as read").count()
    first.get_by_role("button", name="Mark as read").click()
    expect(inbox.get_by_role("button", name="Mark as read")).to_have_count(before - 1)
    inbox.get_by_role("button", name="Mark all as read").click()
    expect(inbox.get_by_role("button", name="Mark as read")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(bell).to_have_count(0)


def test_a_person_chooses_what_they_are_told(open_page: OpenPage) -> None:
    page = open_page("/profile", email="operator@acme.com")
    box = page.get_by_role("checkbox", name="A process failed: E-mail")
    is_on = box.is_checked()
    box.set_checked(not is_on)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved")).to_be_visible()
    page.reload()
    expect(page.get_by_role("checkbox", name="A process failed: E-mail")).to_be_checked(checked=not is_on)


def test_a_phone_reaches_every_place(open_page: OpenPage) -> None:
    page = open_page("/", email=ADMIN, viewport=PHONE)
    for place in ("Configuration", "Admin", "Profile"):
        page.get_by_role("button", name="More").click()
        sheet = page.get_by_role("dialog")
        expect(sheet).to_be_visible()
        if place == "Admin":
            assert faults(page) == []
            shoot(page, "more-390")
        sheet.get_by_role("link", name=place).click()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(sheet).to_have_count(0)
    page.get_by_role("button", name="More").click()
    page.get_by_role("dialog").get_by_role("button", name="Notifications").click()
    expect(page.get_by_role("dialog", name="Notifications")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_no_page_has_a_serious_fault(
    open_page: OpenPage, program: Program, dead: str, theme: Literal["light", "dark"], viewport: ViewportSize
) -> None:
    page = open_page("/admin", email=ADMIN, theme=theme, viewport=viewport)
    for name in ("webhooks", "notifications", "dead", "health"):
        page.goto(f"/admin/{name}")
        _settled(page)
        shoot(page, f"admin-{name}-{theme}-{viewport['width']}")
        assert faults(page) == [], name
        assert width_beyond(page) == 0, name


def test_every_page_speaks_german(open_page: OpenPage, dead: str) -> None:
    page = open_page("/admin/dead", email=ADMIN, locale="de-DE")
    for path, heading in (
        ("dead", "Fehlgeschlagenes"),
        ("webhooks", "Endpunkte"),
        ("notifications", "Alarmregeln"),
    ):
        page.goto(f"/admin/{path}")
        _settled(page)
        expect(page.get_by_text(heading, exact=True).first).to_be_visible()
        shoot(page, f"admin-{path}-german")
        assert width_beyond(page) == 0, path


def _settled(page: Page) -> None:
    page.get_by_role("heading", level=1).wait_for()
    page.get_by_text("Loading").or_(page.get_by_text("Wird geladen")).first.wait_for(state="detached")


def test_days_of_keeping_are_set_and_taken_back(open_page: OpenPage) -> None:
    page = open_page("/admin/retention", email=ADMIN)
    expect(page.get_by_text("Documents are kept forever.")).to_be_visible()
    page.get_by_label("Days").fill("36500")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Erase documents after 36,500 days?")
    expect(dialog.get_by_text("None is due for erasure now.")).to_be_visible()
    assert faults(page) == []
    shoot(page, "retention-confirm")
    dialog.get_by_role("button", name="Erase after 36,500 days").click()
    expect(page.get_by_text("Documents are kept for 36,500 days.")).to_be_visible()
    page.get_by_label("Days").fill("")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("dialog").get_by_role("button", name="Keep forever").click()
    expect(page.get_by_text("Documents are kept forever.")).to_be_visible()
