"""Trying rules while they are written: on values that were typed in, or on what a process has read."""

import asyncio
from datetime import UTC, date
from uuid import UUID

from docflow.domain.access import Caller
from docflow.domain.errors import UserError
from docflow.domain.evidence import extraction_of, values_of
from docflow.domain.facts import About, known_of
from docflow.domain.json_types import JsonObject
from docflow.domain.publishing import output_schema_problems
from docflow.domain.rule_list import Checked, Tried, questions_of, tried
from docflow.domain.samples import values_of_data
from docflow.features.documents.service import Documents
from docflow.features.processes.past import PastOfClient
from docflow.features.processes.repository import ProcessRepository

from docflow_api.deps import Gateway
from docflow_api.schemas.rules import RuleCheckIn


async def try_rules(gateway: Gateway, caller: Caller, asked: RuleCheckIn) -> list[Tried]:
    """One answer for each rule. Keeps nothing; holds no connection while rules run.

    Raises NotFound for another client's process, and UserError for a schema that cannot be used.
    """
    about = await _about(gateway, caller, asked.process_id) if asked.process_id else None
    problems = await asyncio.to_thread(output_schema_problems, asked.output_schema, gateway.known)
    if problems:
        raise UserError("the output schema cannot be used", problems=problems)
    if about is None:
        values = values_of_data(asked.data or {}, known_of(asked.output_schema).shape)
        about = About(extraction_of(values), received_on=gateway.now().date())
    values = values_of(about.extraction)
    past = PastOfClient(gateway.container.database, caller.client, asked.process_id)
    questions = questions_of(asked.validation_rules, asked.output_schema, values)
    answers = {question: await past.like(question) for question in questions}
    checked = Checked(asked.output_schema, values, about, gateway.known.match, answers)
    return await asyncio.to_thread(tried, asked.validation_rules, checked)


async def _about(gateway: Gateway, caller: Caller, process_id: UUID) -> About:
    async with gateway.bound(caller) as session:
        process = await ProcessRepository(session, caller.client).get(process_id)
        documents = (await Documents(session, caller.client).of([process_id])).get(process_id, [])
    types = {str(one.document_id): _type(one.classification) for one in documents}
    confidence = process.overall_confidence
    received: date = process.created_at.astimezone(UTC).date()
    return About(
        process.extraction_result or {},
        process.classification_result or {},
        process.process_type_id or "",
        {document_id: told for document_id, told in types.items() if told},
        None if confidence is None else float(confidence),
        received,
    )


def _type(classification: JsonObject | None) -> str | None:
    told = (classification or {}).get("process_type_id")
    return told if isinstance(told, str) else None
