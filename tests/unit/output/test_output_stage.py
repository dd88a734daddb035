from typing import Any

from docflow.domain.outcomes import Advance, Fail
from docflow.domain.stages import Stage
from docflow.testing.jobs import NullLedger, make_configuration, make_job, make_process, read_field
from docflow_output.stages.output import Output

SCHEMA = {
    "type": "object",
    "properties": {
        "total": {"type": ["string", "number"], "x-kind": "money"},
        "count": {"type": "integer"},
        "rate": {"type": ["number", "null"]},
        "missing": {"type": "string"},
        "issuer": {"type": "object", "properties": {"name": {"type": "string"}}},
        "line_items": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"quantity": {"type": "number"}, "text": {"type": "string"}},
            },
        },
    },
}
READ = {
    "fields": {
        "total": read_field("119.00"),
        "count": read_field("2"),
        "rate": read_field(None),
        "missing": read_field(None),
        "issuer.name": read_field("ACME"),
    },
    "tables": {"line_items": [{"quantity": read_field("1.5"), "text": read_field("a")}]},
    "documents": [{"document_id": "d"}],
}


async def output(**config: Any) -> Advance:
    state = make_process(extraction_result=READ, validation_result={"ok": True})
    job = make_job(Stage.OUTPUT, state, make_configuration(**{"output_schema": SCHEMA, **config}))
    outcome = await Output().handle(job, NullLedger())
    assert isinstance(outcome, Advance)
    return outcome


async def test_the_flat_data_has_the_types_of_the_schema() -> None:
    assert (await output()).changes["final_output"]["data"] == {
        "total": "119.00",
        "count": 2,
        "rate": None,
        "issuer": {"name": "ACME"},
        "line_items": [{"quantity": 1.5, "text": "a"}],
    }


async def test_the_result_keeps_fields_tables_documents_and_verdicts() -> None:
    result = (await output()).changes["final_output"]
    assert result["fields"]["total"]["box"] == [0.1, 0.1, 0.2, 0.2]
    assert (result["tables"], result["documents"]) == (READ["tables"], READ["documents"])
    assert (result["validation"], result["classification"]) == ({"ok": True}, {"fraud_detected": False})


async def test_the_actions_of_the_configuration_are_handed_on() -> None:
    given = {"action_type": "file_export", "target_config": {"format": "csv"}, "max_retries": 3}
    assert (await output(output_actions=(given,))).actions == (given,)


async def test_an_unknown_action_is_told_and_left_out() -> None:
    outcome = await output(output_actions=({"action_type": "fax"}, {"action_type": "email"}))
    assert [finding.code for finding in outcome.findings] == ["action_unknown"]
    assert outcome.actions == ({"action_type": "email", "target_config": {}},)


async def test_a_process_without_a_type_fails() -> None:
    outcome = await Output().handle(make_job(Stage.OUTPUT, make_process(), None), NullLedger())
    assert isinstance(outcome, Fail)
