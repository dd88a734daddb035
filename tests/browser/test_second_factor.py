"""A second factor that a client requires, from the rule to the first page behind it."""

import base64
import time

import httpx
import pytest
from docflow.db.seed import DEFAULT_PASSWORD
from docflow.features.users.totp import STEP_S, code_at
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage, faults, shoot
from tests.e2e.program import Program

pytestmark = [pytest.mark.full, pytest.mark.timeout(300)]
EMAIL = "admin@globex.com"
"""No other test signs in as an admin of this client."""


def sign_in(page: Page) -> None:
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password", exact=True).fill(DEFAULT_PASSWORD)
    page.keyboard.press("Enter")


def test_whoever_must_have_one_is_led_to_it_and_on(open_page: OpenPage, program: Program) -> None:
    with httpx.Client(base_url=program.run["api_url"], timeout=60) as http:
        signed_in = http.post("/v1/auth/login", json={"email": EMAIL, "password": DEFAULT_PASSWORD}).json()
        headers = {"Authorization": f"Bearer {signed_in['access_token']}"}
        rule = http.put("/v1/second-factor-rule", json={"required_of": "admins"}, headers=headers)
    assert rule.status_code == 200, rule.text
    page = open_page("/admin/security", email=None)
    sign_in(page)
    expect(page.get_by_role("heading", name="Set up a second factor")).to_be_visible()
    expect(page.get_by_role("img", name="QR code of the secret")).to_be_visible()
    assert faults(page) == []
    shoot(page, "enrol")
    secret = base64.b32decode(page.locator("main code").inner_text().replace(" ", ""))
    page.get_by_label("Code from the app").fill(code_at(secret, int(time.time()) // STEP_S))
    page.keyboard.press("Enter")
    expect(page.locator("[data-of=codes] li")).to_have_count(10)
    page.get_by_role("button", name="I have saved them").click()
    expect(page.get_by_text("Admins must have a second factor.")).to_be_visible()
    assert faults(page) == []
    shoot(page, "security")
    page.get_by_label("Required of").select_option("off")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Nobody has to have a second factor.")).to_be_visible()
