"""Approved documents as a measure of prompts and configurations."""

from datetime import datetime
from typing import Any
from uuid import UUID

from docflow_client.models.base import Answer


class EvaluationSet(Answer):
    """`fields` counts the documents with a value (`labelled`) and without (`empty`); only of a single set."""

    set_id: UUID
    name: str
    process_type_id: str
    config_version: int | None = None
    documents: int
    fields: dict[str, dict[str, int]] = {}
    created_at: datetime | None = None


class Evaluation(Answer):
    """`status` is pending, running, completed or failed; `verdict` passed or worse, where two were compared."""

    evaluation_id: UUID
    set_id: UUID
    process_type_id: str
    candidate: dict[str, Any]
    baseline: dict[str, Any] | None = None
    status: str
    documents: int
    done: int
    verdict: str | None = None
    figures: dict[str, Any] | None = None
    error_code: str | None = None

    @property
    def is_ended(self) -> bool:
        return self.status in ("completed", "failed")


class GateSetting(Answer):
    """`mode` is off, warn or refuse."""

    mode: str
    min_documents: int
