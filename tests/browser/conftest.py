"""The portal in a real browser, on a program of its own with the demo data.

Debian's Chromium does; where there is none the tests say that they were skipped. `PORTAL_SHOTS` names a folder into which
`shoot` puts pictures of the pages.
"""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from docflow.db.seed import DEFAULT_PASSWORD
from docflow_cli.portal import Portal
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Page,
    ViewportSize,
    expect,
    sync_playwright,
)

from tests.e2e.conftest import folder_for_servers
from tests.e2e.program import Json, Program

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "tests" / "data" / "demo"
FRONTEND = ROOT / "services" / "frontend"
AXE = FRONTEND / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "/usr/bin/chromium", "chromium-browser", "google-chrome"))),
    None,
)
WIDE: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
SERIOUS = {"serious", "critical"}
SETTLED = {"hitl_review", "completed", "failed", "cancelled", "rejected"}
SETTLED_S = 120.0
"""A request waits 55 s at most; a busy machine may need longer to read a page."""

OpenPage = Callable[..., Page]
Submit = Callable[..., Json]

expect.set_options(timeout=10_000)


@pytest.fixture(scope="session")
def program() -> Iterator[Program]:
    """`docflow up` with the demo data and today's portal, shared by the session's tests: each hands in what it needs."""
    with folder_for_servers() as folder:
        portal = Portal(FRONTEND, folder / "portal.log")
        if not portal.is_built():
            portal.build()
        started = Program(folder / "home", EGRESS__ALLOW="127.0.0.1/32").ready()
        try:
            yield started
        finally:
            started.end()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One a module: while it is open its event loop counts as running, and no test with a loop of its own could start."""
    if CHROMIUM is None:
        pytest.skip("no Chromium here (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        )
        yield opened
        opened.close()


@pytest.fixture
def open_page(browser: Browser, program: Program) -> Iterator[OpenPage]:
    """A page of a browser of its own, signed in as `email` (None: nobody) at `path`.

    The test fails afterwards when a page threw, broke the content policy or opened a dialog: text became markup.
    """
    contexts: list[BrowserContext] = []
    heard: list[str] = []

    def note_dialog(dialog: Dialog) -> None:
        heard.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def note_refusal(said: ConsoleMessage) -> None:
        if "Content Security" in said.text:
            heard.append(said.text)

    def begin(
        path: str = "/",
        *,
        email: str | None = "operator@acme.com",
        viewport: ViewportSize = WIDE,
        theme: Literal["light", "dark"] = "light",
        locale: str = "en-GB",
        **given: Any,
    ) -> Page:
        context = browser.new_context(
            base_url=program.run["api_url"], viewport=viewport, color_scheme=theme, locale=locale, **given
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: heard.append(f"threw: {error}"))
        page.on("dialog", note_dialog)
        page.on("console", note_refusal)
        page.goto(path)
        if email is not None:
            page.get_by_label("E-mail address").or_(page.get_by_label("E-Mail-Adresse")).fill(email)
            page.locator("input[type=password]").fill(DEFAULT_PASSWORD)
            page.keyboard.press("Enter")
            page.locator("main#content").wait_for()
        return page

    yield begin
    for context in contexts:
        context.close()
    assert heard == []


@pytest.fixture
def submit(program: Program) -> Submit:
    """Hand a file in (a name of the demo, or a name and its bytes) and wait until it is done or held."""

    def send(
        name: str, data: bytes | None = None, *, process_type_id: str | None = "simple_invoice", **form: str
    ) -> Json:
        content = (DEMO / name).read_bytes() if data is None else data
        typed = {} if process_type_id is None else {"process_type_id": process_type_id}
        with program.http(timeout=90) as http:
            answer = http.post(
                "/v1/processes", params={"wait": 55}, files={"files": (name, content)}, data={**typed, **form}
            )
            assert answer.status_code in (200, 202), answer.text
            process: Json = answer.json()
            until = time.monotonic() + SETTLED_S
            while process["status"] not in SETTLED and time.monotonic() < until:
                time.sleep(0.3)
                process = http.get(f"/v1/processes/{process['process_id']}").raise_for_status().json()
        return process

    return send


def final_result(program: Program, process_id: str) -> Json:
    """Waits for it: there is none between an approval and the end of what follows it."""
    until = time.monotonic() + 30
    with program.http() as http:
        while not (answer := http.get(f"/v1/processes/{process_id}/result")).is_success:
            assert time.monotonic() < until, answer.text
            time.sleep(0.1)
    found: Json = answer.json()
    return found


def faults(page: Page) -> list[str]:
    """What axe calls serious or worse, as `rule: element`."""
    if not AXE.is_file():
        pytest.skip("axe-core is not here: run `make portal-check` first")
    # Through the debugger's door: the page's content policy allows no foreign script.
    page.evaluate(AXE.read_text(encoding="utf-8") + "; 0")
    found: Json = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{rule['id']}: {node['html'][:200]}"
        for rule in found["violations"]
        if rule["impact"] in SERIOUS
        for node in rule["nodes"]
    ]


def width_beyond(page: Page) -> int:
    """By how many pixels the page is wider than its window; 0 = it fits."""
    beyond: int = page.evaluate("Math.max(0, document.documentElement.scrollWidth - innerWidth)")
    return beyond


def shoot(page: Page, name: str) -> None:
    """A picture for people to look at, where `PORTAL_SHOTS` asks for it."""
    folder = os.environ.get("PORTAL_SHOTS")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}.png")
