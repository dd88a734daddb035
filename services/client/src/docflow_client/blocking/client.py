import random
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

import httpx

from docflow_client.blocking.catalog import (
    Configurations,
    ProcessTypes,
    Prompts,
    Rules,
)
from docflow_client.blocking.clients import Clients
from docflow_client.blocking.documents import Documents
from docflow_client.blocking.evaluations import Evaluations, EvaluationSets, PublishGate
from docflow_client.blocking.notifications import (
    AlertRules,
    NotificationChannels,
    Notifications,
)
from docflow_client.blocking.operations import DeadRuns, System
from docflow_client.blocking.outputs import (
    ProcessOutputs,
    Secrets,
    WebhookDeliveries,
    WebhookEndpoints,
)
from docflow_client.blocking.people import ApiKeys, Invitations, Users
from docflow_client.blocking.processes import Processes
from docflow_client.blocking.records import (
    AuditLogs,
    Budgets,
    Events,
    Retention,
    Usage,
)
from docflow_client.blocking.reviews import Reviews
from docflow_client.blocking.sender import Sender
from docflow_client.blocking.vendors import Vendors, VendorTemplates
from docflow_client.calls import Call, as_model
from docflow_client.conversation import Conversation
from docflow_client.models.people import Me
from docflow_client.retries import USUAL, Retries


class DocflowClient:
    """Sign in by `api_key`, or later by `login`. Every refusal is an ApiError; silence, after the retries, httpx's error.

    `transport` replaces the network; `clock`, `pause` and `chance` are for tests.
    """

    def __init__(
        self,
        address: str,
        api_key: str | None = None,
        *,
        transport: httpx.BaseTransport | None = None,
        retries: Retries = USUAL,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        talk = Conversation(api_key, retries=retries, clock=clock, chance=chance)
        sender = Sender(httpx.Client(base_url=address, transport=transport), talk, pause)
        self._sender = sender
        self.processes = Processes(sender)
        self.documents = Documents(sender)
        self.reviews = Reviews(sender)
        self.vendors = Vendors(sender)
        self.vendor_templates = VendorTemplates(sender)
        self.process_types = ProcessTypes(sender)
        self.configurations = Configurations(sender)
        self.prompts = Prompts(sender)
        self.evaluation_sets = EvaluationSets(sender)
        self.evaluations = Evaluations(sender)
        self.publish_gate = PublishGate(sender)
        self.clients = Clients(sender)
        self.api_keys = ApiKeys(sender)
        self.users = Users(sender)
        self.invitations = Invitations(sender)
        self.audit_logs = AuditLogs(sender)
        self.usage = Usage(sender)
        self.budgets = Budgets(sender)
        self.dead_runs = DeadRuns(sender)
        self.system = System(sender)
        self.retention = Retention(sender)
        self.events = Events(sender)
        self.outputs = ProcessOutputs(sender)
        self.webhook_endpoints = WebhookEndpoints(sender)
        self.webhook_deliveries = WebhookDeliveries(sender)
        self.secrets = Secrets(sender)
        self.notifications = Notifications(sender)
        self.notification_channels = NotificationChannels(sender)
        self.alert_rules = AlertRules(sender)
        self.rules = Rules(sender)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._sender.http.close()

    def me(self) -> Me:
        """Who calls, with what rights."""
        return self._sender.send(Call("GET", "/v1/me", as_model(Me)))

    def login(self, email: str, password: str, *, totp: str | None = None) -> None:
        """Go on as this person; the session renews itself. Raises ApiError `mfa_required` without a second factor."""
        self._sender.run(self._sender.conversation.login(email, password, totp))

    def logout(self) -> None:
        """End the person's session. Repeatable."""
        self._sender.run(self._sender.conversation.logout())
