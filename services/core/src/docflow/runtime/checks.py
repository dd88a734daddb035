"""All checks that a configuration asks for, over values that were read; the same for a document and for a dry run."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from uuid import UUID

from docflow.adapters.schemas.rust import check_schema, found_in_text
from docflow.db.database import Database
from docflow.domain.configuration import Configuration
from docflow.domain.enriching import as_read, enriched
from docflow.domain.evidence import Values, extraction_of, values_of
from docflow.domain.facts import About
from docflow.domain.json_types import JsonObject
from docflow.domain.outcomes import Finding
from docflow.domain.ports.past import Asked, Earlier, PastProcesses
from docflow.domain.results import typed_data
from docflow.domain.rule_list import Checked, findings_of, questions_of
from docflow.domain.typing_values import WrongValue
from docflow.features.processes.past import PastOfClient
from docflow.plugins.running import Plugins, failed
from docflow.plugins.validators.validator import Given

LooksBack = Callable[[UUID, UUID | None], PastProcesses]
"""From a client and the process that asks to the client's other processes."""


class NoPast:
    """Of a client that has no other process."""

    async def like(self, asked: Asked) -> Sequence[Earlier]:
        return ()


def past_of(database: Database) -> LooksBack:
    return partial(PastOfClient, database)


class Checks:
    def __init__(self, plugins: Plugins, past: LooksBack | None = None) -> None:
        self._plugins = plugins
        self._past = past or (lambda client_id, process_id: NoPast())

    async def enriched(
        self, config: Configuration, extraction: JsonObject, received_on: date
    ) -> tuple[JsonObject, tuple[Finding, ...]]:
        """The extraction with what the plugin states, or as it was read with the finding that the plugin failed."""
        read = as_read(extraction)
        given = Given(config.process_type_id, values_of(read), received_on)
        stated, failures = await self._plugins.enrich(config.plugin_name, given)
        try:
            return enriched(read, stated, config.output_schema), failures
        except WrongValue:
            return read, (failed(config.plugin_name or "", "stated a value that its field cannot hold"),)

    async def findings(
        self,
        config: Configuration,
        values: Values,
        received_on: date,
        about: About | None = None,
        process_id: UUID | None = None,
    ) -> tuple[Finding, ...]:
        """Of the output schema, the rules and the plugin. `received_on` is the UTC day the process was accepted.

        `about` is what rules may ask beside the values, `process_id` the process that they belong to; without them
        there are the values alone.
        """
        past = self._past(config.client_id, process_id)
        asked = questions_of(config.validation_rules, config.output_schema, values)
        checked = Checked(
            config.output_schema,
            values,
            about
            or About(extraction_of(values), process_type_id=config.process_type_id, received_on=received_on),
            found_in_text,
            {question: await past.like(question) for question in asked},
        )
        given = Given(config.process_type_id, values, received_on)
        return (
            *await asyncio.to_thread(_plain_checks, config, checked),
            *await self._plugins.validate(config.plugin_name, given),
        )


def _plain_checks(config: Configuration, checked: Checked) -> tuple[Finding, ...]:
    return (
        *check_schema(config.output_schema, typed_data(checked.values, config.output_schema)),
        *findings_of(config.validation_rules, checked),
    )
