"""Workflows and processes to decide about."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from docflow.domain.jobs import ProcessState
from docflow.domain.stages import ProcessStatus, Stage
from docflow.domain.workflow import Workflow, workflow_from

from tests.unit.engine.cases import process

SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "total": {"type": "string", "x-kind": "money"},
        "currency": {"type": "string", "x-kind": "currency"},
        "seller": {"type": "object", "properties": {"name": {"type": "string"}}},
    },
}


def step(name: str, kind: str, *ways: tuple[str, str | None], **config: Any) -> dict[str, Any]:
    """Without ways it goes on with the one behind it; ("", None) = it ends."""
    made: dict[str, Any] = {"name": name, "type": kind}
    if config:
        made["config"] = config
    if ways:
        made["next"] = [{"to": to} | ({"when": when} if when else {}) for to, when in ways if to]
    return made


def by_amount(condition: str = "total > 1000", **review: Any) -> dict[str, Any]:
    """A person looks at what is above an amount."""
    return {
        "steps": [
            step("take", "ingest"),
            step("read", "ocr"),
            step("check", "process", ("look", condition), ("send", None)),
            step("look", "review", ("send", None), **review),
            step("send", "output"),
        ]
    }


def workflow(written: dict[str, Any], *, enable_hitl: bool = True) -> Workflow:
    return replace(workflow_from(written), output_schema=SCHEMA, enable_hitl=enable_hitl)


def read(total: str | None = None, **columns: Any) -> ProcessState:
    """A process whose documents were read."""
    fields = {"total": {"value": total, "confidence": 0.9}, "currency": {"value": "EUR", "confidence": 0.7}}
    given: dict[str, Any] = {"extraction_result": {"fields": fields}, **columns}
    return replace(process(ProcessStatus.VALIDATING, Stage.INTELLIGENT_PROCESS), **given)
