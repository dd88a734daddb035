"""What publishing asks of the world and of other replicas, in transactions of its own."""

from uuid import UUID

from docflow.domain.access import Caller
from docflow.domain.action_targets import action_addresses
from docflow.domain.configuration import LifecycleState
from docflow.domain.workflow import actions_of
from docflow.features.configurations.drafts import ConfigurationDrafts
from docflow.features.configurations.models import ConfigurationRow
from docflow.features.evaluations.gate import Judgement, PublishGate
from docflow.features.prompts.models import PromptRow
from sqlalchemy.ext.asyncio import AsyncSession

from docflow_api.deps import Gateway


async def refuse_addresses(config_id: UUID, caller: Caller, gateway: Gateway) -> None:
    """Raises UserError `egress_refused`. No transaction is held while names are looked up."""
    async with gateway.owned(caller) as session:
        row = await ConfigurationDrafts(session, caller, gateway.known).own(config_id)
    for actions in (row.output_actions, *actions_of(row.workflow)):
        for url in action_addresses(actions):
            await gateway.container.egress.check(url)


async def judged_by_gate(
    session: AsyncSession, caller: Caller, row: ConfigurationRow | PromptRow
) -> Judgement | None:
    """None for the platform's own. Raises Conflict where the client's gate refuses a draft that has not passed.

    What was published or retired before is refused by its state.
    """
    if caller.client_id is None:
        return None
    gate = PublishGate(session, caller.client_id)
    if isinstance(row, PromptRow):
        judged = await gate.of_prompt(row)
    else:
        judged = await gate.of_configuration(row)
    if row.state not in (LifecycleState.PUBLISHED, LifecycleState.RETIRED):
        judged.enforce()
    return judged


async def forget_in_force(gateway: Gateway, caller: Caller, row: ConfigurationRow) -> None:
    """After the commit: other replicas look again at once where they share a cache, else within its few seconds."""
    if caller.client_id is not None:
        await gateway.in_force.forget(caller.client_id, row.process_type_id)
