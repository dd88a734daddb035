"""Handing in, the list of processes, one process, the overview and the profile, as people use them."""

import base64
import hashlib
import hmac
import re
import struct
import time
from typing import Any, Literal

import cv2
import httpx
import numpy as np
import psycopg
import pytest
from docflow.db.seed import DEFAULT_PASSWORD
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.conftest import DEMO, PHONE, WIDE, OpenPage, Submit, faults, shoot
from tests.e2e.program import Program

pytestmark = [pytest.mark.full, pytest.mark.timeout(300)]

READ_MS = 60_000
PASSWORD = "violet-harbour-91"
ROWS = 10_000
MOST_MS = 100

_ROWS = """
INSERT INTO processes (process_id, client_id, external_id, status, current_stage, overall_confidence, created_at,
                       updated_at, completed_at)
SELECT gen_random_uuid(), client_id, 'row-' || n, 'completed', 'OUTPUT', 0.95, at, at, at + interval '2 s'
FROM clients, generate_series(1, %(rows)s) AS n, LATERAL (SELECT now() - n * interval '1 min' AS at) AS placed
WHERE slug = 'initech'
"""


def test_files_are_handed_in_and_watched_until_they_are_done(open_page: OpenPage) -> None:
    page = open_page("/")
    page.keyboard.press("u")
    expect(page.get_by_role("heading", name="Upload")).to_be_visible()
    page.get_by_label("Document type").select_option("simple_invoice")
    name = "saas-contoso-training-2468.pdf"
    page.locator("input[data-of=files]").set_input_files(
        [
            {"name": name, "mimeType": "application/pdf", "buffer": (DEMO / name).read_bytes()},
            {"name": "empty.pdf", "mimeType": "application/pdf", "buffer": b""},
            {"name": "picture.xyz", "mimeType": "", "buffer": b"\x00\x01\x02\x03" * 100},
        ]
    )
    rows = page.get_by_role("list", name="Uploads").get_by_role("listitem")
    expect(rows.filter(has_text="empty.pdf")).to_contain_text("The file is empty.")
    expect(rows.filter(has_text="picture.xyz")).to_contain_text("Files of this kind cannot be read.")
    expect(rows.filter(has_text=name)).to_contain_text("Completed", timeout=READ_MS)
    shoot(page, "upload-light-1280")
    rows.filter(has_text=name).get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", name=name, exact=True).first).to_be_visible()
    page.get_by_role("button", name=re.compile("Show Total")).click()
    expect(page.get_by_role("img", name="Page 1")).to_be_visible()
    page.keyboard.press("2")
    expect(page.get_by_text("Received", exact=True)).to_be_visible()


def test_a_file_dropped_on_any_page_is_handed_in(open_page: OpenPage) -> None:
    page = open_page("/processes")
    page.evaluate(
        """() => {
            const data = new DataTransfer();
            data.items.add(new File(["Invoice 4711\\nTotal 10.00 EUR"], "dropped.txt", { type: "text/plain" }));
            dispatchEvent(new DragEvent("dragenter", { dataTransfer: data, bubbles: true, cancelable: true }));
            dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
        }"""
    )
    expect(page.get_by_role("listitem").filter(has_text="dropped.txt")).to_be_visible()
    expect(page).to_have_url(re.compile("/upload$"))


def test_a_list_follows_what_is_handed_in_elsewhere(open_page: OpenPage, submit: Submit) -> None:
    page = open_page("/processes?status=completed,review", email="admin@acme.com")
    expect(page.get_by_text("Live")).to_be_visible()
    process = submit("xrechnung-mustermann-18383.xml", external_id="seen-live")
    expect(page.locator(f"[data-row='{process['process_id']}']")).to_be_visible(timeout=READ_MS)


def test_a_process_is_erased_after_a_question(open_page: OpenPage, submit: Submit) -> None:
    process = submit("saas-calendly-3189846.pdf")
    page = open_page(f"/processes/{process['process_id']}")
    page.get_by_role("button", name="Erase").click()
    page.get_by_role("dialog").get_by_role("button", name="Erase").click()
    expect(page.get_by_role("heading", name="Processes")).to_be_visible()
    expect(page.locator(f"[data-row='{process['process_id']}']")).to_have_count(0)


def test_a_second_factor_is_set_up_and_asked_for(open_page: OpenPage, program: Program) -> None:
    person = {"email": f"factor-{time.time_ns()}@acme.com", "role": "operator", "password": PASSWORD}
    with httpx.Client(base_url=program.run["api_url"]) as http:
        admin = {"email": "admin@acme.com", "password": DEFAULT_PASSWORD}
        token = http.post("/v1/auth/login", json=admin).json()["access_token"]
        answer = http.post("/v1/users", json=person, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 201, answer.text
    page = open_page("/profile", email=None)
    _sign_in(page, person["email"])
    expect(page.locator("main#content")).to_be_visible()
    page.get_by_role("button", name="Turn on").click()
    page.get_by_role("dialog").get_by_label("Current password").fill(PASSWORD)
    page.keyboard.press("Enter")
    drawn = page.get_by_role("img", name="QR code of the secret")
    expect(drawn).to_be_visible()
    secret = page.get_by_role("dialog").locator("code").inner_text().replace(" ", "")
    assert f"secret={secret}" in _read_qr(drawn.screenshot())
    page.get_by_label("Code from the app").fill(_code(secret))
    page.keyboard.press("Enter")
    expect(page.locator("[data-of=codes] li")).to_have_count(10)
    recovery = page.locator("[data-of=codes] li").first.inner_text()
    page.get_by_role("button", name="I have saved them").click()
    expect(page.get_by_text("10 recovery codes left")).to_be_visible()
    page.get_by_role("button", name="Sign out", exact=True).first.click()
    _sign_in(page, person["email"])
    page.get_by_label("Code from your authenticator app").fill(recovery)
    page.keyboard.press("Enter")
    expect(page.locator("main#content")).to_be_visible()


def test_ten_thousand_rows_answer_within_a_tenth_of_a_second(
    open_page: OpenPage, program: Program, record_property: Any
) -> None:
    url = program.run["admin_database_url"].replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(url) as connection:
        connection.execute(_ROWS, {"rows": ROWS})
    page = open_page("/processes", email="admin@initech.com")
    table = page.get_by_role("table", name="Processes")
    page.wait_for_function(
        """() => { scrollTo(0, document.body.scrollHeight);
                   return Number(document.querySelector('table')?.ariaRowCount
                                 ?? document.querySelector('table')?.getAttribute('aria-rowcount')) > 10000; }""",
        timeout=120_000,
        polling=100,
    )
    assert table.locator("tr").count() < 120
    page.evaluate(
        """() => { scrollTo(0, 0); window.slow = [];
                   new PerformanceObserver((list) => slow.push(...list.getEntries().map((each) => each.duration)))
                     .observe({ type: 'event', durationThreshold: 16 }); }"""
    )
    page.wait_for_timeout(500)
    for _ in range(10):
        page.keyboard.press("j")
        page.keyboard.press("x")
    page.keyboard.press("k")
    for at in (0.2, 0.5, 0.9, 0.1):
        page.evaluate(f"scrollTo(0, document.body.scrollHeight * {at})")
        page.wait_for_timeout(50)
        page.keyboard.press("j")
        page.evaluate("document.querySelectorAll('tbody input')[20].click()")
    page.wait_for_timeout(500)
    measured = sorted(page.evaluate("slow"))
    # What the browser does not list took less than 16 ms.
    worst = measured[-1] if measured else 16
    usual = measured[len(measured) * 9 // 10] if measured else 16
    record_property("interaction_ms", {"p90": usual, "worst": worst, "over_16_ms": len(measured)})
    print(f"{ROWS} rows: p90 {usual:g} ms, worst {worst:g} ms, {len(measured)} events over 16 ms")
    assert usual <= MOST_MS


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["wide", "phone"])
def test_no_page_has_a_serious_fault(
    open_page: OpenPage, submit: Submit, theme: Literal["light", "dark"], viewport: ViewportSize
) -> None:
    submit("facturx-lieferant-471102.pdf")
    process = submit("facturx-lieferant-471102.pdf")
    page = open_page("/", email="admin@acme.com", theme=theme, viewport=viewport)
    at = f"/processes/{process['process_id']}"
    pages = {
        "overview": "/", "processes": "/processes?status=review&type=simple_invoice", "process": at,
        "timeline": f"{at}?tab=timeline", "audit": f"{at}?tab=audit", "upload": "/upload", "profile": "/profile",
    }  # fmt: skip
    for name, path in pages.items():
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        page.wait_for_timeout(800)
        shoot(page, f"{name}-{theme}-{viewport['width']}")
        assert faults(page) == [], name
        assert _is_within(page), f"{name} is wider than its window"


def test_the_filters_of_a_phone_stand_in_one_line(open_page: OpenPage) -> None:
    page = open_page("/processes", viewport=PHONE, has_touch=True)
    chips = page.get_by_role("group", name="Status").get_by_role("button")
    expect(chips).to_have_count(6)
    tops = {round(each.bounding_box()["y"]) for each in chips.all()}  # type: ignore[index]
    assert len(tops) == 1
    chips.last.tap()
    expect(chips.last).to_have_attribute("aria-pressed", "true")
    assert _is_within(page)


def _is_within(page: Page) -> bool:
    fits: bool = page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    return fits


def _sign_in(page: Page, email: str) -> None:
    page.get_by_label("E-mail address").fill(email)
    page.locator("input[type=password]").fill(PASSWORD)
    page.keyboard.press("Enter")


def _read_qr(png: bytes) -> str:
    picture = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    text, *_ = cv2.QRCodeDetectorAruco().detectAndDecode(
        cv2.resize(picture, None, fx=3, fy=3, interpolation=cv2.INTER_NEAREST)
    )
    return str(text)


def _code(secret: str) -> str:
    """RFC 6238, as an authenticator app shows it."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    place = digest[-1] & 15
    number = struct.unpack(">I", digest[place : place + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"
