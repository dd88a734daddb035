from collections.abc import Mapping
from typing import Any

from docflow.domain.outcomes import Advance, Fail, Finding, HoldForReview, StageOutcome
from docflow.domain.stages import Severity, Stage
from docflow.plugins.running import Plugins
from docflow.plugins.validators import BUILT_IN
from docflow.testing.jobs import NullLedger, make_configuration, make_job, make_process, read_field
from docflow_processor.stages.intelligent_process import IntelligentProcess

SCHEMA = {
    "type": "object",
    "required": ["total", "line_items"],
    "properties": {
        "total": {"type": "string", "x-kind": "money"},
        "note": {"type": ["string", "null"]},
        "line_items": {
            "type": "array",
            "items": {"type": "object", "properties": {"line_total": {"type": "string", "x-kind": "money"}}},
        },
    },
}
READ = {
    "fields": {"total": read_field("119.00"), "note": read_field(None, 0.9)},
    "tables": {"line_items": [{"line_total": read_field("119.00")}]},
    "documents": [],
}


async def process(
    extraction: Mapping[str, Any] = READ, classification: Mapping[str, Any] | None = None, **config: Any
) -> StageOutcome:
    given = {"output_schema": SCHEMA, **config}
    state = make_process(extraction_result=extraction, classification_result=classification or {})
    job = make_job(Stage.INTELLIGENT_PROCESS, state, make_configuration(**given))
    return await IntelligentProcess(Plugins(BUILT_IN, installed=tuple)).handle(job, NullLedger())


def told(outcome: StageOutcome) -> list[tuple[str, str | None]]:
    assert isinstance(outcome, HoldForReview | Fail)
    return [(reason.code, reason.field) for reason in outcome.reasons]


async def test_sound_values_go_on() -> None:
    outcome = await process()
    assert isinstance(outcome, Advance)
    assert outcome.findings == ()


async def test_what_was_checked_is_kept() -> None:
    outcome = await process(validation_rules=({"field": "total", "rule": "required"},))
    assert isinstance(outcome, Advance)
    assert outcome.changes["validation_result"] == {"ok": True, "findings": [], "rules": 1, "plugin": None}


async def test_a_doubtful_field_is_held_with_its_value() -> None:
    doubtful = {**READ, "fields": {"total": read_field("119.00", 0.79)}}
    outcome = await process(doubtful)
    assert told(outcome) == [("confidence_low", "total")]
    assert isinstance(outcome, HoldForReview)
    assert outcome.changes["extraction_result"]["fields"]["total"]["value"] == "119.00"


async def test_a_missing_required_field_is_held_once() -> None:
    assert told(await process({**READ, "fields": {}})) == [("field_missing", "total")]


async def test_a_required_table_without_rows_is_held() -> None:
    assert told(await process({**READ, "tables": {"line_items": []}})) == [("field_missing", "line_items")]


async def test_a_failed_rule_is_held_and_stands_at_its_field() -> None:
    outcome = await process(validation_rules=({"field": "total", "rule": "less_than", "value": 100},))
    assert told(outcome) == [("rule_failed", "total")]
    assert isinstance(outcome, HoldForReview)
    assert outcome.changes["extraction_result"]["fields"]["total"]["checks"] == [
        {
            "code": "less_than",
            "ok": False,
            "message": "total is not less than 100",
            "by": "process",
        }
    ]


async def test_a_repeat_does_not_attach_a_check_twice() -> None:
    rules = ({"field": "total", "rule": "less_than", "value": 100},)
    first = await process(validation_rules=rules)
    assert isinstance(first, HoldForReview)
    again = await process(first.changes["extraction_result"], validation_rules=rules)
    assert again == first


async def test_a_check_of_the_reading_is_kept() -> None:
    checks = [{"code": "iban_checksum", "ok": True, "message": ""}]
    outcome = await process({**READ, "fields": {"total": read_field("119.00", checks=checks)}})
    assert isinstance(outcome, Advance)
    assert outcome.changes["extraction_result"]["fields"]["total"]["checks"] == checks


async def test_a_value_that_breaks_the_schema_is_held() -> None:
    schema = {**SCHEMA, "properties": {**SCHEMA["properties"], "total": {"type": "string", "pattern": "^X"}}}  # type: ignore[dict-item]
    outcome = await process(output_schema=schema)
    assert told(outcome) == [("rule_failed", "total")]


async def test_the_named_plugin_is_run() -> None:
    outcome = await process(
        {**READ, "fields": {"total": read_field("-1.00")}}, plugin_name="receipt_standard_validator"
    )
    assert isinstance(outcome, HoldForReview)
    assert outcome.findings == (
        Finding("total_not_positive", Severity.ERROR, "total", "total is not positive"),
    )


async def test_a_plugin_that_is_not_there_holds_the_process() -> None:
    assert told(await process(plugin_name="nobody")) == [("plugin_failed", None)]


async def test_suspected_fraud_is_held() -> None:
    assert told(await process(classification={"fraud_detected": True})) == [("fraud_detected", None)]


async def test_a_failed_document_beside_a_sound_one_is_held() -> None:
    noted = {**READ, "documents": [{"document_id": "d", "error": {"code": "file_corrupt"}}]}
    assert told(await process(noted)) == [("document_failed", None)]


async def test_without_review_the_process_fails_with_the_reasons() -> None:
    outcome = await process({**READ, "fields": {}}, enable_hitl=False)
    assert isinstance(outcome, Fail)
    assert (outcome.code, told(outcome)) == ("review_disabled", [("field_missing", "total")])


async def test_a_process_without_a_type_fails() -> None:
    job = make_job(Stage.INTELLIGENT_PROCESS, make_process(), None)
    outcome = await IntelligentProcess(Plugins(BUILT_IN)).handle(job, NullLedger())
    assert isinstance(outcome, Fail)
    assert outcome.code == "process_type_unknown"


async def test_what_was_seen_but_not_read_is_held_with_its_place() -> None:
    place = {"page": 3, "box": [0.8, 0.4, 0.9, 0.42]}
    gap = {"code": "rows_missing", "field": "line_items", "message": "1 row was seen", "places": [place]}
    outcome = await process({**READ, "gaps": [gap]})
    assert isinstance(outcome, HoldForReview)
    assert [reason.as_json() for reason in outcome.reasons] == [gap]


async def test_a_document_strongly_of_another_type_is_held() -> None:
    other = {"process_type_id": "payroll_v1", "confidence": 0.99}
    assert told(await process(classification={"other_type": other})) == [("type_mismatch", None)]


async def test_a_file_that_seems_to_be_a_stack_is_held_with_the_pages() -> None:
    stack = {**READ, "documents": [{"cuts": [{"page": 2, "score": 0.9}, {"page": 5, "score": 0.99}]}]}
    outcome = await process(stack)
    assert told(outcome) == [("split_proposed", None)]
    assert isinstance(outcome, HoldForReview)
    assert outcome.reasons[0].message == "another document seems to begin on page 2, 5"
