"""All checks that a configuration asks for, over values that were read; the same for a document and for a dry run."""

import asyncio
from datetime import date

from docflow.adapters.schemas.rust import check_schema, found_in_text
from docflow.domain.configuration import Configuration
from docflow.domain.evidence import Values
from docflow.domain.outcomes import Finding
from docflow.domain.results import typed_data
from docflow.domain.rules import check_rules
from docflow.plugins.validators.running import Validators
from docflow.plugins.validators.validator import Given


class Checks:
    def __init__(self, validators: Validators) -> None:
        self._validators = validators

    async def findings(self, config: Configuration, values: Values, received_on: date) -> tuple[Finding, ...]:
        """Of the output schema, the rules and the plugin. `received_on` is the UTC day the process was accepted."""
        given = Given(config.process_type_id, values, received_on)
        return (
            *await asyncio.to_thread(_plain_checks, config, values),
            *await self._validators.run(config.plugin_name, given),
        )


def _plain_checks(config: Configuration, values: Values) -> tuple[Finding, ...]:
    return (
        *check_schema(config.output_schema, typed_data(values, config.output_schema)),
        *check_rules(config.validation_rules, values, found_in_text),
    )
