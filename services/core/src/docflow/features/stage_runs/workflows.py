"""The steps that a process goes through."""

from sqlalchemy.ext.asyncio import AsyncSession

from docflow.domain.jobs import ProcessState
from docflow.domain.workflow import FULL_PIPELINE, Workflow, pinned_workflow
from docflow.features.configurations.repository import ConfigurationRepository


async def workflow_of(session: AsyncSession, process: ProcessState) -> Workflow:
    """That of the configuration the process is pinned to; the full pipeline while it is pinned to none.

    Raises PermanentError `configuration_missing` or `workflow_invalid`.
    """
    if process.process_type_id is None or process.config_version is None:
        return FULL_PIPELINE
    configurations = ConfigurationRepository(session, process.client_id)
    configuration = await configurations.get(process.process_type_id, process.config_version)
    return pinned_workflow(configuration)
