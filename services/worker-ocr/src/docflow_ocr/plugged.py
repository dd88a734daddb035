"""What the plugin of a configuration says of one document: about its pages, and of fraud."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC

from docflow.domain.configuration import Configuration
from docflow.domain.evidence import Values
from docflow.domain.fraud_weights import Family
from docflow.domain.jobs import Job
from docflow.domain.json_types import JsonObject
from docflow.domain.outcomes import Finding
from docflow.domain.read_documents import ReadDocument
from docflow.domain.reading import FraudFlag, Page, ReadField
from docflow.features.reading.assembly import AssembledFields
from docflow.plugins.hooks import Signal
from docflow.plugins.running import Plugins
from docflow.plugins.validators.validator import Given


@dataclass(frozen=True, slots=True)
class Found:
    signals: tuple[FraudFlag, ...] = ()
    findings: tuple[Finding, ...] = ()

    def noted(self, read: ReadDocument, changes: JsonObject) -> tuple[ReadDocument, JsonObject]:
        """The document and its checkpoint with the findings, which the checks of the process take up."""
        if not self.findings:
            return read, changes
        read = replace(read, findings=tuple(finding.as_json() for finding in self.findings))
        return read, {**changes, "extracted_data": read.extracted_data()}


class Plugged:
    def __init__(self, plugins: Plugins) -> None:
        self._plugins = plugins

    async def of(
        self, job: Job, config: Configuration, pages: Sequence[Page], assembled: AssembledFields
    ) -> Found:
        """A plugin that fails is a finding, and the document is read all the same."""
        name = config.plugin_name
        if not name:
            return Found()
        findings = await self._plugins.look(name, pages)
        given = Given(
            config.process_type_id,
            _values(assembled),
            job.process.created_at.astimezone(UTC).date(),
        )
        signals, failures = await self._plugins.signals(name, given)
        flags = tuple(_flag(name, signal, assembled.fields) for signal in signals)
        return Found(flags, (*findings, *(one for one in failures if one not in findings)))


def _values(assembled: AssembledFields) -> Values:
    return Values(
        fields={name: read.value for name, read in assembled.fields.items()},
        tables={
            name: tuple({column: cell.value for column, cell in row.items()} for row in rows)
            for name, rows in assembled.tables.items()
        },
        sources={name: read.source.value for name, read in assembled.fields.items()},
    )


def _flag(name: str, signal: Signal, fields: Mapping[str, ReadField]) -> FraudFlag:
    """Under the plugin's name, so that no code is taken for one of ours."""
    shown = {
        path: {"value": read.value, "page": read.page, "box": list(read.box) if read.box else None}
        for path in signal.fields
        if (read := fields.get(path)) is not None
    }
    evidence: JsonObject = {"plugin": name, "fields": list(signal.fields), "stated": shown}
    return FraudFlag(f"{name}.{signal.code}", Family.PLUGIN.value, signal.score, signal.message, evidence)
