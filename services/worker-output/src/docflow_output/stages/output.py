"""OUTPUT: the result becomes final; what is to be done with it is handed to the delivery loop."""

from docflow.domain.jobs import Job, Ledger
from docflow.domain.json_types import JsonObject
from docflow.domain.outcomes import Advance, Fail, Finding, StageOutcome
from docflow.domain.results import build_result
from docflow.domain.stages import Severity, Stage
from docflow.features.vendors.facts import counted_documents

from docflow_output.connectors import ACTION_TYPES


class Output:
    """Each output action has its own state and retries afterwards: none of them can take the result back."""

    stage = Stage.OUTPUT
    deadline_s = 30.0

    async def handle(self, job: Job, ledger: Ledger) -> StageOutcome:
        config = job.configuration
        if config is None:
            return Fail("process_type_unknown", "the process has no type")
        process = job.process
        result = build_result(
            extraction_result=process.extraction_result,
            validation_result=process.validation_result,
            classification_result=process.classification_result,
            output_schema=config.output_schema,
        )
        known = tuple(action for action in config.output_actions if action.get("action_type") in ACTION_TYPES)
        unknown = len(config.output_actions) - len(known)
        return Advance(
            changes={"final_output": result},
            findings=(_unknown(unknown),) if unknown else (),
            actions=tuple(_action(action) for action in known),
            counted=counted_documents(config.output_schema, process.extraction_result or {}),
        )


def _unknown(count: int) -> Finding:
    told = f"{count} output actions have a type that is not known"
    return Finding("action_unknown", Severity.WARNING, None, told)


def _action(given: JsonObject) -> JsonObject:
    action = {"action_type": given["action_type"], "target_config": given.get("target_config") or {}}
    retries = given.get("max_retries")
    if isinstance(retries, int) and 0 <= retries <= 20:
        action["max_retries"] = retries
    return action
