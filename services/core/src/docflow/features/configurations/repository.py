"""A client's configurations, and the platform's templates they start from."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.domain.configuration import Configuration, LifecycleState, PromptStage
from docflow.domain.errors import PermanentError
from docflow.domain.ids import new_id
from docflow.domain.json_types import JsonObject
from docflow.domain.stages import DuplicatePolicy
from docflow.features.configurations.models import ConfigurationRow, as_written

COPIED = (
    "input_schema", "output_schema", "validation_rules", "plugin_name", "enable_fraud_detection", "enable_hitl",
    "confidence_threshold", "duplicate_policy", "workflow", "output_actions", "llm_policy", "review_sample_share",
    "approval_limits", "schema_text",
)  # fmt: skip


class ConfigurationRepository:
    """Works through a session that is bound to `client_id`."""

    def __init__(self, session: AsyncSession, client_id: UUID) -> None:
        self._session = session
        self._client_id = client_id

    async def get(self, process_type_id: str, version: int) -> Configuration:
        """The version a process is pinned to, whatever became of it since.

        Raises PermanentError `configuration_missing`.
        """
        row = await self._session.scalar(
            select(ConfigurationRow).where(
                ConfigurationRow.client_id == self._client_id,
                ConfigurationRow.process_type_id == process_type_id,
                ConfigurationRow.version == version,
            )
        )
        if row is None:
            raise PermanentError(
                f"there is no configuration {version} of {process_type_id}", code="configuration_missing"
            )
        return configuration_of(row, self._client_id)

    async def schemas(self, versions: Collection[tuple[str, int]]) -> Mapping[tuple[str, int], JsonObject]:
        """Output schemas by type and version; of what there is none there is none."""
        rows = await self._session.execute(
            select(
                ConfigurationRow.process_type_id,
                ConfigurationRow.version,
                ConfigurationRow.schema_text,
                ConfigurationRow.output_schema,
            ).where(
                ConfigurationRow.client_id == self._client_id,
                tuple_(ConfigurationRow.process_type_id, ConfigurationRow.version).in_(versions),
            )
        )
        return {
            (row.process_type_id, row.version): as_written(row.schema_text, row.output_schema) for row in rows
        }

    async def in_force(self, process_type_id: str) -> Configuration | None:
        """The client's published, active configuration with the highest version."""
        row = await self._session.scalar(
            select(ConfigurationRow)
            .where(
                ConfigurationRow.client_id == self._client_id,
                ConfigurationRow.process_type_id == process_type_id,
                ConfigurationRow.state == LifecycleState.PUBLISHED,
                ConfigurationRow.is_active,
            )
            .order_by(ConfigurationRow.version.desc())
            .limit(1)
        )
        return None if row is None else configuration_of(row, self._client_id)

    async def canary(self, process_type_id: str) -> tuple[Configuration, int] | None:
        """The version that takes a share of new processes, and that share in percent."""
        row = await self._session.scalar(
            select(ConfigurationRow).where(
                ConfigurationRow.client_id == self._client_id,
                ConfigurationRow.process_type_id == process_type_id,
                ConfigurationRow.state == LifecycleState.CANARY,
                ConfigurationRow.is_active,
            )
        )
        if row is None or row.canary_percent is None:
            return None
        return configuration_of(row, self._client_id), row.canary_percent

    async def template(self, process_type_id: str, version: int) -> ConfigurationRow | None:
        """The platform's published configuration of that version."""
        row: ConfigurationRow | None = await self._session.scalar(
            select(ConfigurationRow).where(
                ConfigurationRow.client_id.is_(None),
                ConfigurationRow.process_type_id == process_type_id,
                ConfigurationRow.version == version,
                ConfigurationRow.state == LifecycleState.PUBLISHED,
                ConfigurationRow.is_active,
            )
        )
        return row

    async def copy(self, template: ConfigurationRow, prompt_ids: dict[PromptStage, UUID]) -> None:
        """Make the template the client's own under the same version. Nothing happens where that version stands."""
        values = {name: getattr(template, name) for name in COPIED}
        await self._session.execute(
            insert(ConfigurationRow)
            .values(
                config_id=new_id(),
                client_id=self._client_id,
                process_type_id=template.process_type_id,
                version=template.version,
                state=LifecycleState.PUBLISHED.value,
                prompt_ids={stage.value: str(prompt_id) for stage, prompt_id in prompt_ids.items()},
                created_by="platform",
                **values,
            )
            .on_conflict_do_nothing(constraint="uq_configurations_client_type_version")
        )


def configuration_of(row: ConfigurationRow, client_id: UUID) -> Configuration:
    """As the client's documents are read with it; the row is its own or a template."""
    return Configuration(
        config_id=row.config_id,
        client_id=client_id,
        process_type_id=row.process_type_id,
        version=row.version,
        input_schema=row.input_schema,
        output_schema=row.written_schema,
        validation_rules=tuple(row.validation_rules.get("validation_rules", ())),
        plugin_name=row.plugin_name,
        enable_fraud_detection=row.enable_fraud_detection,
        enable_hitl=row.enable_hitl,
        confidence_threshold=float(row.confidence_threshold),
        duplicate_policy=DuplicatePolicy(row.duplicate_policy),
        workflow=row.workflow,
        output_actions=tuple(row.output_actions),
        llm_policy=row.llm_policy,
        prompt_ids=row.prompt_ids,
        review_sample_share=float(row.review_sample_share),
        approval_limits=row.approval_limits,
    )
