"""What a stage asks models through: whose policy holds, which prompt was published, and the router."""

from collections import OrderedDict
from dataclasses import dataclass, replace
from uuid import UUID

from docflow.db.database import Database
from docflow.domain.configuration import Prompt, PromptStage
from docflow.domain.errors import PermanentError
from docflow.domain.json_types import JsonObject
from docflow.domain.llm_policy import LlmPolicy, order_of, policy_of
from docflow.domain.model_wishes import ModelWishes, wishes_of
from docflow.domain.ports.llm import Completes
from docflow.features.completions.calls import Origin
from docflow.features.completions.router import Calling, Router
from docflow.features.prompts.repository import PromptRepository
from docflow.features.redaction.redaction import asked_for
from docflow.runtime.settings import LlmSettings

_KEPT = 256
"""Prompts kept in memory; one that a configuration was published with never changes."""


@dataclass(frozen=True, slots=True)
class Models:
    """One for all clients of a process."""

    router: Router
    prompts: "PublishedPrompts"
    default: LlmPolicy
    deadline_s: float

    @classmethod
    def of(cls, router: Router, database: Database, given: LlmSettings) -> "Models":
        order, offline_last = order_of(given.order)
        default = LlmPolicy(order, offline_last, given.at_limit)
        return cls(router, PublishedPrompts(database), default, given.deadline_s)

    def policy(self, llm_policy: JsonObject, output_schema: JsonObject | None = None) -> LlmPolicy:
        """The configuration's, else the operator's; what the schema asks for is not redacted.

        Raises PermanentError `llm_policy_invalid`.
        """
        try:
            policy = policy_of(llm_policy, self.default)
        except ValueError as error:
            raise PermanentError("llm_policy cannot be followed", code="llm_policy_invalid") from error
        if not policy.redact or output_schema is None:
            return policy
        return replace(policy, redact=policy.redact - asked_for(output_schema))

    def wishes(self, llm_policy: JsonObject) -> ModelWishes | None:
        """None where no model may be asked. Raises PermanentError `llm_policy_invalid`."""
        if not self.can_ask(self.policy(llm_policy)):
            return None
        try:
            return wishes_of(llm_policy)
        except ValueError as error:
            raise PermanentError("llm_policy cannot be followed", code="llm_policy_invalid") from error

    def can_ask(self, policy: LlmPolicy) -> bool:
        """Whether the policy names a model whose vendor is set up."""
        return any(name.provider in self.router.vendors for name in policy.models)

    def asking(self, policy: LlmPolicy, origin: Origin, *, fresh: bool = False) -> Completes:
        """`fresh` = an answer that is kept already is not good enough."""
        return self.router.within(Calling(policy, origin, self.deadline_s, fresh=fresh))


class PublishedPrompts:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: OrderedDict[tuple[UUID, UUID], Prompt] = OrderedDict()
        """By client and prompt: what one client may read is not another's because it was read before."""

    async def of(self, client_id: UUID, prompt_ids: JsonObject, stage: PromptStage) -> Prompt | None:
        """As the configuration was published with it. Raises PermanentError `prompt_missing`."""
        found = prompt_ids.get(stage.value)
        return await self.get(client_id, UUID(str(found))) if found else None

    async def get(self, client_id: UUID, prompt_id: UUID) -> Prompt:
        kept = self._kept.get((client_id, prompt_id))
        if kept is None:
            async with self._database.client(client_id) as session:
                kept = await PromptRepository(session, client_id).get(prompt_id)
            self._kept[client_id, prompt_id] = kept
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return kept
