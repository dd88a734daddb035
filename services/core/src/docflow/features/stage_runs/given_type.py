"""A reviewer says what type a process is of."""

from sqlalchemy.ext.asyncio import AsyncSession

from docflow.domain.configuration import Configuration
from docflow.domain.errors import Problem, UserError
from docflow.domain.jobs import ProcessState
from docflow.domain.json_types import JsonObject
from docflow.domain.transition import Decision
from docflow.features.classification.repository import learn_from_process
from docflow.features.configurations.service import Configurations

_BY_A_PERSON = "person"


def check(process: ProcessState, decision: Decision, process_type_id: str | None, *, corrected: bool) -> None:
    """Raises UserError where the type and the decision do not go together."""
    if process_type_id is None:
        if process.process_type_id is None and decision is Decision.APPROVE:
            raise _refused("process_type_required", "say what type the process is of")
        return
    if decision is Decision.REJECT:
        raise _refused("validation_failed", "what is rejected is not given a type")
    if corrected and process_type_id != process.process_type_id:
        raise _refused("validation_failed", "fields are corrected once they were read as the new type")


async def configuration_of(
    session: AsyncSession, process: ProcessState, process_type_id: str
) -> Configuration:
    """The one in force, as for a new process; raises what its submission would."""
    return await Configurations(session, process.client_id).for_new_process(
        process_type_id, process.process_id
    )


def results_of(process: ProcessState, chosen: Configuration) -> JsonObject:
    """The process's columns under its new type; what was read under another is no longer its result."""
    before = process.classification_result or {}
    kept = {name: before[name] for name in ("candidates", "document_errors", "split") if name in before}
    told = {"process_type_id": chosen.process_type_id, "confidence": 1.0, "source": _BY_A_PERSON}
    return {
        "process_type_id": chosen.process_type_id,
        "config_version": chosen.version,
        "classification_result": {**kept, **told},
        "extraction_result": None,
        "validation_result": None,
        "overall_confidence": None,
    }


async def learn_from_approval(session: AsyncSession, process: ProcessState) -> None:
    """What a person chose was learned from when it was chosen."""
    source = (process.classification_result or {}).get("source")
    if process.process_type_id is not None and source != _BY_A_PERSON:
        await learn_from_process(session, process.client_id, process.process_id, process.process_type_id)


def _refused(code: str, message: str) -> UserError:
    return UserError(message, code=code, problems=[Problem("/process_type_id", message)])
