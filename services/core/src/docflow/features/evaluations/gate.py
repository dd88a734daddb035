"""What is asked before a prompt or a configuration of a client is published: a comparison with what is in force."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Integer, cast, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.domain.configuration import PromptStage
from docflow.domain.errors import Conflict, Problem, pointer_to
from docflow.domain.json_types import JsonObject
from docflow.features.audit.messages import act_audit
from docflow.features.configurations.models import ConfigurationRow
from docflow.features.evaluations.models import Evaluation, PublishGateRow
from docflow.features.evaluations.states import EvaluationStatus, GateMode
from docflow.features.evaluations.versions import Pinned, Versions
from docflow.features.prompts.models import PromptRow

MIN_DOCUMENTS = 50


class Standing(StrEnum):
    """How what is to be published stands against what is in force."""

    NOT_NEEDED = "not_needed"
    """Nothing is in force to compare with, or nothing that shapes a reading differs."""
    MISSING = "missing"
    PASSED = "passed"
    WORSE = "worse"


@dataclass(frozen=True, slots=True)
class GateSetting:
    """`min_documents` is how many a comparison must have read."""

    mode: GateMode = GateMode.OFF
    min_documents: int = MIN_DOCUMENTS


@dataclass(frozen=True, slots=True)
class Judgement:
    """`evaluation` is the newest comparison of exactly these two, where there is one."""

    setting: GateSetting
    standing: Standing
    evaluation: Evaluation | None = None

    def enforce(self) -> None:
        """Raises Conflict `evaluation_required` or `evaluation_worse` with the figures, where the client refuses."""
        if self.setting.mode is not GateMode.REFUSE:
            return
        if self.standing is Standing.MISSING:
            raise Conflict(
                f"evaluate it first against what is in force, over {self.setting.min_documents} documents or more",
                code="evaluation_required",
            )
        if self.standing is Standing.WORSE:
            problems = list(_losses((self.evaluation.figures if self.evaluation else None) or {}))
            raise Conflict("it reads worse than what is in force", code="evaluation_worse", problems=problems)


class PublishGate:
    """Of one client; `session` is bound to it."""

    def __init__(self, session: AsyncSession, client_id: UUID) -> None:
        self._session = session
        self._client_id = client_id
        self._versions = Versions(session, client_id)

    async def setting(self) -> GateSetting:
        row = await self._session.scalar(
            select(PublishGateRow).where(PublishGateRow.client_id == self._client_id)
        )
        return GateSetting() if row is None else GateSetting(GateMode(row.mode), row.min_documents)

    async def change(self, setting: GateSetting, *, by: str, at: datetime) -> None:
        values = {"mode": setting.mode.value, "min_documents": setting.min_documents}
        await self._session.execute(
            insert(PublishGateRow)
            .values(client_id=self._client_id, **values)
            .on_conflict_do_update(index_elements=["client_id"], set_=values)
        )
        self._session.add(
            act_audit(
                client_id=self._client_id, at=at, action="publish_gate_changed", by=by, payload=dict(values)
            )
        )

    async def of_configuration(self, row: ConfigurationRow) -> Judgement:
        in_force = await self._versions.in_force(row.process_type_id)
        if in_force is None:
            return Judgement(await self.setting(), Standing.NOT_NEEDED)
        return await self._judged(
            row.process_type_id, await self._versions.pinned(row), await self._versions.pinned(in_force)
        )

    async def of_prompt(self, row: PromptRow) -> Judgement:
        """In the configuration in force, in place of its own. Prompts of other stages read no fields."""
        in_force = await self._versions.in_force(row.process_type_id)
        if in_force is None or row.stage != PromptStage.OCR:
            return Judgement(await self.setting(), Standing.NOT_NEEDED)
        return await self._judged(
            row.process_type_id,
            await self._versions.pinned(in_force, row.prompt_id),
            await self._versions.pinned(in_force),
        )

    async def _judged(self, process_type_id: str, candidate: Pinned, baseline: Pinned) -> Judgement:
        setting = await self.setting()
        if candidate.fingerprint == baseline.fingerprint:
            return Judgement(setting, Standing.NOT_NEEDED)
        enough = 1 if setting.mode is GateMode.OFF else setting.min_documents
        found = await self._session.scalar(
            select(Evaluation)
            .where(
                Evaluation.client_id == self._client_id,
                Evaluation.process_type_id == process_type_id,
                Evaluation.status == EvaluationStatus.COMPLETED,
                Evaluation.candidate["fingerprint"].astext == candidate.fingerprint,
                Evaluation.baseline["fingerprint"].astext == baseline.fingerprint,
                cast(Evaluation.figures["candidate"]["documents"].astext, Integer) >= enough,
            )
            .order_by(Evaluation.created_at.desc(), Evaluation.evaluation_id.desc())
            .limit(1)
        )
        if found is None or found.verdict is None:
            return Judgement(setting, Standing.MISSING)
        return Judgement(setting, Standing(found.verdict), found)


def _losses(figures: JsonObject) -> Iterator[Problem]:
    comparison = figures.get("comparison") or {}
    fields = comparison.get("fields") or {}
    for name in comparison.get("worse_fields") or ():
        one = fields[name]
        told = f"{100 * one['exact']:+.1f} points of exact values ({100 * one['low']:+.1f} to {100 * one['high']:+.1f})"
        yield Problem(pointer_to(("fields", name)), told)
    if comparison.get("invents_more"):
        invented = comparison["invented"]
        yield Problem("/invented", f"{invented['candidate']} values instead of {invented['baseline']}")
