import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

import httpx

from docflow_client.asynchronous.catalog import (
    AsyncConfigurations,
    AsyncProcessTypes,
    AsyncPrompts,
    AsyncRules,
)
from docflow_client.asynchronous.clients import AsyncClients
from docflow_client.asynchronous.documents import AsyncDocuments
from docflow_client.asynchronous.evaluations import AsyncEvaluations, AsyncEvaluationSets, AsyncPublishGate
from docflow_client.asynchronous.notifications import (
    AsyncAlertRules,
    AsyncNotificationChannels,
    AsyncNotifications,
)
from docflow_client.asynchronous.operations import AsyncDeadRuns, AsyncSystem
from docflow_client.asynchronous.outputs import (
    AsyncProcessOutputs,
    AsyncSecrets,
    AsyncWebhookDeliveries,
    AsyncWebhookEndpoints,
)
from docflow_client.asynchronous.people import AsyncApiKeys, AsyncInvitations, AsyncUsers
from docflow_client.asynchronous.processes import AsyncProcesses
from docflow_client.asynchronous.records import (
    AsyncAuditLogs,
    AsyncBudgets,
    AsyncEvents,
    AsyncRetention,
    AsyncUsage,
)
from docflow_client.asynchronous.reviews import AsyncReviews
from docflow_client.asynchronous.sender import AsyncSender
from docflow_client.asynchronous.vendors import AsyncVendors, AsyncVendorTemplates
from docflow_client.calls import Call, as_model
from docflow_client.conversation import Conversation
from docflow_client.models.people import Me
from docflow_client.retries import USUAL, Retries


class AsyncDocflowClient:
    """Sign in by `api_key`, or later by `login`. Every refusal is an ApiError; silence, after the retries, httpx's error.

    `transport` replaces the network; `clock`, `pause` and `chance` are for tests.
    """

    def __init__(
        self,
        address: str,
        api_key: str | None = None,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        retries: Retries = USUAL,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        talk = Conversation(api_key, retries=retries, clock=clock, chance=chance)
        sender = AsyncSender(httpx.AsyncClient(base_url=address, transport=transport), talk, pause)
        self._sender = sender
        self.processes = AsyncProcesses(sender)
        self.documents = AsyncDocuments(sender)
        self.reviews = AsyncReviews(sender)
        self.vendors = AsyncVendors(sender)
        self.vendor_templates = AsyncVendorTemplates(sender)
        self.process_types = AsyncProcessTypes(sender)
        self.configurations = AsyncConfigurations(sender)
        self.prompts = AsyncPrompts(sender)
        self.evaluation_sets = AsyncEvaluationSets(sender)
        self.evaluations = AsyncEvaluations(sender)
        self.publish_gate = AsyncPublishGate(sender)
        self.clients = AsyncClients(sender)
        self.api_keys = AsyncApiKeys(sender)
        self.users = AsyncUsers(sender)
        self.invitations = AsyncInvitations(sender)
        self.audit_logs = AsyncAuditLogs(sender)
        self.usage = AsyncUsage(sender)
        self.budgets = AsyncBudgets(sender)
        self.dead_runs = AsyncDeadRuns(sender)
        self.system = AsyncSystem(sender)
        self.retention = AsyncRetention(sender)
        self.events = AsyncEvents(sender)
        self.outputs = AsyncProcessOutputs(sender)
        self.webhook_endpoints = AsyncWebhookEndpoints(sender)
        self.webhook_deliveries = AsyncWebhookDeliveries(sender)
        self.secrets = AsyncSecrets(sender)
        self.notifications = AsyncNotifications(sender)
        self.notification_channels = AsyncNotificationChannels(sender)
        self.alert_rules = AsyncAlertRules(sender)
        self.rules = AsyncRules(sender)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        await self._sender.http.aclose()

    async def me(self) -> Me:
        """Who calls, with what rights."""
        return await self._sender.send(Call("GET", "/v1/me", as_model(Me)))

    async def login(self, email: str, password: str, *, totp: str | None = None) -> None:
        """Go on as this person; the session renews itself. Raises ApiError `mfa_required` without a second factor."""
        await self._sender.run(self._sender.conversation.login(email, password, totp))

    async def logout(self) -> None:
        """End the person's session. Repeatable."""
        await self._sender.run(self._sender.conversation.logout())
