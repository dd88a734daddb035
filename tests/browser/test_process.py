"""One process: where its result went, a stage that is begun again, and a document beside its twin."""

import re

import psycopg
import pytest
from docflow.db.roles import libpq_url
from playwright.sync_api import Locator, expect

from tests.browser.conftest import DEMO, OpenPage, Submit, faults, shoot
from tests.e2e.program import Program
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
        expect(row).to_contain_text("Delivered", timeout=DONE_MS)
        expect(row).to_contain_text("attempt 1")
        expect(row).to_contain_text("HTTP 204")
        assert faults(page) == []
        shoot(page, "process-outputs")
        row.get_by_role("button", name="Send again").click()
        expect(row).to_contain_text("attempt 2", timeout=DONE_MS)
        assert sum(len(bodies) for bodies in receiver.bodies.values()) > len(receiver.bodies)


_SENDING = """
INSERT INTO configurations (config_id, client_id, process_type_id, version, state, input_schema, output_schema,
                            validation_rules, plugin_name, confidence_threshold, duplicate_policy, prompt_ids, output_actions)
SELECT gen_random_uuid(), client_id, process_type_id, version + 1, 'published', input_schema, output_schema, validation_rules,
    plugin_name, confidence_threshold, 'allow', prompt_ids,
    jsonb_build_array(jsonb_build_object('action_type', 'webhook', 'target_config', jsonb_build_object('url', %(url)s::text)))
FROM configurations
WHERE version = 1 AND process_type_id = 'simple_invoice'
    AND client_id = (SELECT client_id FROM clients WHERE slug = 'globex')
"""


def test_a_target_that_refused_is_tried_again_at_once(open_page: OpenPage, program: Program) -> None:
    with receiving() as receiver:
        receiver.answer = 503
        with psycopg.connect(libpq_url(program.run["admin_database_url"])) as connection:
            connection.execute(_SENDING, {"url": receiver.url})
        page = open_page("/upload", email="operator@globex.com")
        page.get_by_label("Document type").select_option("simple_invoice")
        page.locator("input[data-of=files]").set_input_files(DEMO / "xrechnung-mustermann-18383.xml")
        upload = page.get_by_role("list", name="Uploads").get_by_role("listitem")
        expect(upload).to_contain_text("Completed", timeout=DONE_MS)
        upload.get_by_role("link").first.click()
        page.get_by_role("tab", name="Deliveries").click()
        row = page.get_by_role("listitem").filter(has_text="Webhook of the configuration")
        expect(row).to_contain_text("Retried soon", timeout=DONE_MS)
        expect(row).to_contain_text("next try")
        assert faults(page) == []
        shoot(page, "process-target-refused")
        receiver.answer = 204
        row.get_by_role("button", name="Try now").click()
        expect(row).to_contain_text("Done", timeout=DONE_MS)
        expect(row.get_by_role("button")).to_have_count(0)
        assert len(receiver.bodies) == 1, "the repeat has the id of the first"


def test_a_stage_that_failed_is_begun_again_where_it_stands(open_page: OpenPage, submit: Submit) -> None:
    process = submit("damaged-invoice.pdf")
    assert process["status"] == "failed"
    page = open_page(f"/processes/{process['process_id']}?tab=timeline")
    page.get_by_role("button", name="Retry from here").last.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Starting at")).not_to_have_value("")
    assert faults(page) == []
    dialog.get_by_role("button", name="Retry", exact=True).click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_text("Intake started")).to_have_count(2, timeout=DONE_MS)


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
