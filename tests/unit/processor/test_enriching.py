"""What an enricher states: in the fields, marked as its own, and never surer than what was read."""

from collections.abc import Mapping
from importlib.metadata import EntryPoint
from typing import Any

import pytest
from docflow.domain.json_types import JsonScalar
from docflow.domain.outcomes import Advance, Finding, HoldForReview, StageOutcome
from docflow.domain.stages import Severity, Stage
from docflow.plugins.calling import GROUP
from docflow.plugins.running import Plugins
from docflow.plugins.validators.validator import Given
from docflow.testing.jobs import NullLedger, make_configuration, make_job, make_process, read_field
from docflow.testing.workbench import ThreadWorkbench
from docflow_processor.stages.intelligent_process import IntelligentProcess

SCHEMA = {
    "type": "object",
    "required": ["seller_name", "grand_total"],
    "properties": {
        "seller_name": {"type": "string"},
        "grand_total": {"type": "string", "x-kind": "money"},
        "country": {"type": ["string", "null"]},
    },
}
READ: Mapping[str, Any] = {
    "fields": {"seller_name": read_field("acme gmbh", 0.91, page=1), "grand_total": read_field("119.00")},
    "tables": {},
    "documents": [],
}


class Spells:
    def enrich(self, given: Given) -> Mapping[str, JsonScalar]:
        found = given.text("seller_name")
        return {"seller_name": found[1].replace("acme gmbh", "ACME GmbH") if found else None, "country": "DE"}


class Replaces:
    def enrich(self, given: Given) -> Mapping[str, JsonScalar]:
        return {"seller_name": "Somebody Else Ltd"}


class Rewrites:
    """Writes the amount otherwise, or another with the same digits."""

    amount = "119"

    def enrich(self, given: Given) -> Mapping[str, JsonScalar]:
        return {"grand_total": self.amount}


class MovesThePoint(Rewrites):
    amount = "11900"


class Turns(Rewrites):
    amount = "-119.00"


class Strays:
    def enrich(self, given: Given) -> Mapping[str, JsonScalar]:
        return {"nowhere": "x"}


class Misfits:
    def enrich(self, given: Given) -> Mapping[str, JsonScalar]:
        return {"grand_total": "many"}


async def process(plugin: type, extraction: Mapping[str, Any] = READ, **config: Any) -> StageOutcome:
    entry = EntryPoint("theirs", f"{__name__}:{plugin.__name__}", GROUP)
    plugins = Plugins((), ThreadWorkbench(), installed=lambda: (entry,))
    state = make_process(extraction_result=extraction, classification_result={})
    configuration = make_configuration(output_schema=SCHEMA, plugin_name="theirs", **config)
    job = make_job(Stage.INTELLIGENT_PROCESS, state, configuration)
    return await IntelligentProcess(plugins).handle(job, NullLedger())


def fields(outcome: StageOutcome) -> Mapping[str, Any]:
    assert isinstance(outcome, Advance | HoldForReview)
    return outcome.changes["extraction_result"]["fields"]  # type: ignore[index,call-overload,return-value]


async def test_another_spelling_is_as_sure_as_what_was_read_and_stands_on_no_page() -> None:
    outcome = await process(Spells)
    assert isinstance(outcome, Advance)
    name = fields(outcome)["seller_name"]
    assert (name["value"], name["confidence"], name["page"]) == ("ACME GmbH", 0.91, None)
    assert (name["source"], name["read"]) == ("plugin", READ["fields"]["seller_name"])


async def test_a_field_that_was_not_read_is_added_with_little_confidence() -> None:
    country = fields(await process(Spells))["country"]
    assert (country["value"], country["confidence"], country["source"], country["read"]) == (
        "DE",
        0.6,
        "plugin",
        None,
    )


@pytest.mark.parametrize(("plugin", "confidence"), [(Rewrites, 0.95), (MovesThePoint, 0.6), (Turns, 0.6)])
async def test_an_amount_with_the_same_digits_is_another_amount(plugin: type, confidence: float) -> None:
    read = {**READ, "fields": {**READ["fields"], "grand_total": read_field("119.00", 0.95)}}
    assert fields(await process(plugin, read))["grand_total"]["confidence"] == confidence


async def test_another_value_for_a_required_field_is_held() -> None:
    outcome = await process(Replaces)
    assert isinstance(outcome, HoldForReview)
    assert [(reason.code, reason.field) for reason in outcome.reasons] == [("confidence_low", "seller_name")]


async def test_rules_see_what_was_stated() -> None:
    rule = {"field": "country", "rule": "equals", "value": "DE"}
    assert isinstance(await process(Spells, validation_rules=(rule,)), Advance)


async def test_a_repeat_begins_with_what_was_read() -> None:
    once = await process(Spells)
    assert isinstance(once, Advance)
    again = await process(Spells, once.changes["extraction_result"])  # type: ignore[arg-type]
    assert fields(again) == fields(once)


async def test_what_a_person_stated_stays() -> None:
    stated = {**READ["fields"], "seller_name": read_field("acme gmbh", 1.0, source="human")}
    outcome = await process(Spells, {**READ, "fields": stated})
    assert fields(outcome)["seller_name"]["value"] == "acme gmbh"


@pytest.mark.parametrize("plugin", [Strays, Misfits])
async def test_a_value_that_no_field_can_hold_is_a_failed_plugin_and_changes_nothing(plugin: type) -> None:
    outcome = await process(plugin)
    assert isinstance(outcome, HoldForReview)
    assert [reason.code for reason in outcome.reasons] == ["plugin_failed"]
    assert {name: read["value"] for name, read in fields(outcome).items()} == {
        "seller_name": "acme gmbh",
        "grand_total": "119.00",
    }


async def test_what_a_plugin_found_on_the_pages_counts_with_the_rest() -> None:
    found = Finding("no_signature", Severity.ERROR, None, "no page speaks of a signature")
    outcome = await process(Spells, {**READ, "documents": [{"findings": [found.as_json()]}]})
    assert isinstance(outcome, HoldForReview)
    assert outcome.findings == (found,)
    assert [reason.code for reason in outcome.reasons] == ["rule_failed"]
