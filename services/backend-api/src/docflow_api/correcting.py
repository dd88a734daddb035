"""What a reviewer puts right, worked out before the transaction that keeps it: typed, placed on the page, checked by the rules.

Saving corrections and deciding with some go the same way, so that both mean the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from uuid import UUID

from docflow.domain.configuration import Configuration
from docflow.domain.correcting import Change, Given, put_right, typed_by
from docflow.domain.corrections import CorrectedField
from docflow.domain.errors import UserError
from docflow.domain.evidence import values_of
from docflow.domain.holding import failed_documents
from docflow.domain.json_types import JsonObject, JsonValue
from docflow.domain.judging import judged
from docflow.domain.outcomes import Finding
from docflow.domain.read_documents import overall
from docflow.domain.stages import Severity
from docflow.features.configurations.repository import ConfigurationRepository
from docflow.features.documents.service import Documents
from docflow.features.processes.models import Process
from docflow.features.processes.repository import ProcessRepository
from docflow.features.reviews.saving import Correction
from docflow.runtime.checks import Checks
from docflow.runtime.container import Container

_BY_MODELS = frozenset({"model_doubt", "model_check_missing"})
"""Findings that no rule makes again; they stand until the field they are about is put right."""


@dataclass(frozen=True, slots=True)
class _Reviewed:
    process: Process
    config: Configuration
    failures: tuple[str, ...]


class Correcting:
    def __init__(self, container: Container, checks: Checks) -> None:
        self._container = container
        self._checks = checks

    async def work_out(
        self,
        client_id: UUID,
        process_id: UUID,
        given: Given,
        found: Mapping[str, CorrectedField],
        document_id: UUID | None = None,
    ) -> Correction:
        """Writes nothing. Raises UserError with pointers for what the output schema does not take."""
        reviewed = await self._reviewed(client_id, process_id)
        extraction, names, changes = self._put_right(reviewed, given, found, document_id)
        findings = await self._findings(reviewed, extraction, names)
        process, config = reviewed.process, reviewed.config
        classification = process.classification_result or {}
        told = judged(
            extraction,
            findings,
            config,
            fraud_detected=bool(classification.get("fraud_detected")),
            failed_documents=failed_documents(extraction) or reviewed.failures,
            other_type=(classification.get("other_type") or {}).get("process_type_id"),
        )
        # What others told of the process beside the findings, such as its summary, stays.
        told.changes["validation_result"] = {
            **(process.validation_result or {}),
            **told.changes["validation_result"],
        }
        return Correction(
            version=process.version,
            names=names,
            changes=changes,
            judged=told,
            overall_confidence=overall(config.output_schema, extraction.get("fields") or {}),
            document_id=document_id,
        )

    async def compare(self, client_id: UUID, process_id: UUID, given: Given) -> tuple[Change, ...]:
        """What a person who saw no confidences would change. Nothing is checked: nothing becomes the process's."""
        return self._put_right(await self._reviewed(client_id, process_id), given, {}, None)[2]

    def _put_right(
        self,
        reviewed: _Reviewed,
        given: Given,
        found: Mapping[str, CorrectedField],
        document_id: UUID | None,
    ) -> tuple[JsonObject, tuple[str, ...], tuple[Change, ...]]:
        extraction, schema = reviewed.process.extraction_result or {}, reviewed.config.output_schema
        named = str(document_id) if document_id else None
        right = typed_by(schema, given, _reading_of(extraction, named))
        result, changes = put_right(extraction, schema, right, found, named)
        return result, right.names, changes

    async def _findings(
        self, reviewed: _Reviewed, extraction: JsonObject, names: tuple[str, ...]
    ) -> tuple[Finding, ...]:
        received_on = reviewed.process.created_at.astimezone(UTC).date()
        found = await self._checks.findings(reviewed.config, values_of(extraction), received_on)
        before: list[JsonObject] = (reviewed.process.validation_result or {}).get("findings") or []
        standing = (
            Finding(
                str(one["code"]), Severity(one["severity"]), one.get("field"), str(one.get("message", ""))
            )
            for one in before
            if one["code"] in _BY_MODELS and one.get("field") not in names
        )
        return (*found, *standing)

    async def _reviewed(self, client_id: UUID, process_id: UUID) -> _Reviewed:
        async with self._container.database.client(client_id) as session:
            process = await ProcessRepository(session, client_id).get(process_id)
            if process.process_type_id is None or process.config_version is None:
                raise UserError("say first what type the process is of", code="process_type_required")
            configurations = ConfigurationRepository(session, client_id)
            config = await configurations.get(process.process_type_id, process.config_version)
            documents = (await Documents(session, client_id).of([process_id])).get(process_id, ())
        failures = tuple(one.error_code for one in documents if one.error_code)
        return _Reviewed(process, config, failures)


def given_of(corrections: Mapping[str, JsonValue]) -> Given:
    """Of a decision: a list stands for all rows of a table, anything else for a field's value."""
    tables = {name: value for name, value in corrections.items() if isinstance(value, list)}
    fields = {name: value for name, value in corrections.items() if name not in tables}
    return Given(fields, tables, root="/corrections")


def _reading_of(extraction: JsonObject, document_id: str | None) -> JsonObject:
    if document_id is None or document_id == extraction.get("document_id"):
        return extraction
    documents: list[JsonObject] = list(extraction.get("documents") or ())
    return next((one for one in documents if one.get("document_id") == document_id), {})
