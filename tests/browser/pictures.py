"""Pictures of the portal for the documentation, taken of a program of its own with the demo's documents.

python -m tests.browser.pictures docs/images
"""

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from docflow.db.seed import DEFAULT_PASSWORD
from docflow_cli.portal import Portal
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.conftest import CHROMIUM, DEMO, FRONTEND, WIDE
from tests.e2e.conftest import folder_for_servers
from tests.e2e.program import Json, Program

COPY = "lieferant-471102-second-copy.pdf"
ORIGINAL = "facturx-lieferant-471102.pdf"
FILES = (
    ORIGINAL, "facturx-moulin-fa-2017-0008.pdf", "xrechnung-mustermann-18383.xml",
    "receipt-kaffeehaus-lindenhof.jpg", "receipt-maple-and-pine.jpg", "us-w9-dunbar.pdf", "damaged-invoice.pdf", COPY,
)  # fmt: skip
UPLOADED = ("saas-contoso-training-2468.pdf", "saas-calendly-3189846.pdf")
LATER = timedelta(minutes=7)
MOST_BYTES = 150_000
SEEN = """() => [...document.images].every((each) => {
    const { top, bottom } = each.getBoundingClientRect();
    return bottom < 0 || top > innerHeight || (each.complete && each.naturalWidth > 0);
})"""


def main(folder: Path) -> None:
    with running() as program, sync_playwright() as playwright:
        handed_in = {name: hand_in(program, name) for name in FILES}
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        try:
            take_all(browser, program, handed_in, folder)
        finally:
            browser.close()


@contextmanager
def running() -> Iterator[Program]:
    with folder_for_servers() as folder:
        portal = Portal(FRONTEND, folder / "portal.log")
        if not portal.is_built():
            portal.build()
        program = Program(folder / "home").ready()
        try:
            yield program
        finally:
            program.end()


def hand_in(program: Program, name: str) -> Json:
    """The process once it is done or held."""
    content = (DEMO / (ORIGINAL if name == COPY else name)).read_bytes()
    with program.http(timeout=90) as http:
        answer = http.post("/v1/processes", params={"wait": 55}, files={"files": (name, content)})
    found: Json = answer.raise_for_status().json()
    return found


def take_all(browser: Browser, program: Program, handed_in: dict[str, Json], folder: Path) -> None:
    at = datetime.fromisoformat(handed_in[COPY]["created_at"]) + LATER
    light = signed_in(browser, program, at)
    light.goto(f"/reviews/{handed_in[COPY]['process_id']}")
    expect(light.get_by_role("textbox", name="Seller's VAT number")).to_be_visible()
    keep(light, folder / "portal-review.webp")
    light.goto(f"/processes/{handed_in['facturx-moulin-fa-2017-0008.pdf']['process_id']}")
    light.get_by_role("button", name="Show Total on page 1").click()
    keep(light, folder / "portal-process.webp")
    light.goto("/upload")
    light.get_by_label("Document type").select_option("simple_invoice")
    light.locator("input[data-of=files]").set_input_files([DEMO / name for name in UPLOADED])
    rows = light.get_by_role("list", name="Uploads").get_by_role("listitem")
    for name in UPLOADED:
        expect(rows.filter(has_text=name)).to_contain_text("Completed", timeout=60_000)
    keep(light, folder / "portal-upload.webp")
    dark = signed_in(browser, program, at, is_dark=True)
    dark.goto("/")
    keep(dark, folder / "portal-overview.webp")


def signed_in(browser: Browser, program: Program, at: datetime, *, is_dark: bool = False) -> Page:
    """A page whose clock stands still, so that ages are the same in every run."""
    context = browser.new_context(
        base_url=program.run["api_url"],
        viewport=WIDE,
        color_scheme="dark" if is_dark else "light",
        locale="en-GB",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.clock.set_fixed_time(at)
    page.goto("/")
    page.get_by_label("E-mail address").fill("admin@acme.com")
    page.locator("input[type=password]").fill(DEFAULT_PASSWORD)
    page.keyboard.press("Enter")
    page.locator("main#content").wait_for()
    return page


def keep(page: Page, file: Path) -> None:
    """Once every picture on it is there; as WebP of the best quality that is small enough."""
    page.get_by_text("Loading").first.wait_for(state="detached")
    page.wait_for_load_state("networkidle")
    page.wait_for_function(SEEN)
    page.wait_for_timeout(400)
    picture = Image.open(io.BytesIO(page.screenshot()))
    for quality in (90, 80, 70, 60, 50):
        out = io.BytesIO()
        picture.save(out, "WEBP", quality=quality, method=6)
        if out.tell() <= MOST_BYTES:
            break
    file.write_bytes(out.getvalue())
    print(f"{file.name}: {out.tell()} bytes at quality {quality}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
