"""Puts the gateway together."""

import hashlib
import hmac
import re
from functools import cache
from typing import Any

from docflow.adapters.schemas.rust import failing_places, found_in_text, schema_fault
from docflow.domain.publishing import Known
from docflow.features.api_keys.service import ApiKeys
from docflow.features.configurations.in_force import InForce
from docflow.features.socket_tickets.service import SocketTickets
from docflow.features.submissions.service import Submissions
from docflow.features.uploads.service import Uploads
from docflow.features.users.invitations import Joining
from docflow.features.users.passwords import Passwords
from docflow.features.users.policy import PasswordPolicy
from docflow.features.users.recovery import Recovery
from docflow.features.users.second_factor import SecondFactors
from docflow.features.users.service import Accounts, successor_key
from docflow.features.users.sessions import Sessions
from docflow.features.users.throttle import Throttle
from docflow.features.users.tokens import AccessTokens
from docflow.plugins.running import Plugins
from docflow.plugins.validators import BUILT_IN
from docflow.runtime.checks import Checks, past_of
from docflow.runtime.container import Container
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute

from docflow_api.cookies import SessionCookies
from docflow_api.correcting import Correcting
from docflow_api.deps import Gateway
from docflow_api.description import describe
from docflow_api.dry_runs import DryRuns
from docflow_api.edge import Edge
from docflow_api.errors import add_error_handlers
from docflow_api.metrics import HttpMetrics
from docflow_api.portal import Portal
from docflow_api.proxies import TrustedProxies
from docflow_api.rates import RequestRates
from docflow_api.regions import Regions
from docflow_api.routers import (
    alert_rules,
    api_keys,
    audit_logs,
    auth,
    batches,
    budgets,
    clients,
    configurations,
    dead_runs,
    documents,
    evaluation_sets,
    evaluations,
    events,
    exports,
    factor_rule,
    health,
    invitations,
    live_socket,
    me,
    notification_channels,
    notifications,
    outputs,
    platform_alerts,
    process_types,
    processes,
    prompts,
    publish_gate,
    recovery,
    regions,
    reliability,
    retention,
    review_claims,
    review_decisions,
    review_fields,
    reviews,
    rollouts,
    rules,
    second_factor,
    secrets,
    sessions,
    splits,
    submissions,
    system_health,
    throughput,
    uploads,
    usage,
    user_mfa,
    users,
    vendor_templates,
    vendors,
    webhook_deliveries,
    webhook_endpoints,
    workflows,
)
from docflow_api.schemas.alert_rules import AlertRuleIn
from docflow_api.schemas.api_keys import ApiKeyChange, ApiKeyIn
from docflow_api.schemas.auth import LoginIn, RefreshIn
from docflow_api.schemas.clients import ClientIn, ClientPatch
from docflow_api.schemas.configurations import ConfigurationIn, ConfigurationPatch, DryRunIn
from docflow_api.schemas.evaluations import EvaluationIn, EvaluationSetIn, PublishGateIn
from docflow_api.schemas.exports import ExportIn
from docflow_api.schemas.factor_rule import FactorRuleIn
from docflow_api.schemas.notification_channels import NotificationChannelIn, NotificationChannelPatch
from docflow_api.schemas.notifications import NotificationPreferencesIn
from docflow_api.schemas.platform_alerts import PlatformAlertRuleIn, PlatformChannelIn
from docflow_api.schemas.process_types import ProcessTypeIn, ProcessTypePatch
from docflow_api.schemas.processes import ProcessIn
from docflow_api.schemas.prompts import PromptClone, PromptIn, PromptPatch
from docflow_api.schemas.regions import RegionIn
from docflow_api.schemas.retention import RetentionIn
from docflow_api.schemas.review_details import AssigneeIn, CorrectionsIn, NoteIn
from docflow_api.schemas.reviews import ReviewDecision
from docflow_api.schemas.rollouts import CanaryIn
from docflow_api.schemas.rules import RuleCheckIn
from docflow_api.schemas.second_factor import FactorConfirm, FactorProof, FactorStart
from docflow_api.schemas.secrets import SecretIn
from docflow_api.schemas.splits import SplitIn
from docflow_api.schemas.uploads import UploadIn
from docflow_api.schemas.usage import BudgetsIn
from docflow_api.schemas.users import ACCOUNT_BODIES
from docflow_api.schemas.vendors import BankDetailsVerified
from docflow_api.schemas.webhooks import SecretRotation, WebhookEndpointIn, WebhookEndpointPatch
from docflow_api.slots import StreamSlots
from docflow_api.teaching import Teaching

VERSION = "1.0.0"
_LARGE_PATHS = re.compile(r"/v1/(processes|processes/batch|uploads/[^/]+/content)")
_ROUTERS = (
    submissions, processes, documents, batches, uploads, reviews, splits, regions, events, live_socket, health, auth,
    sessions, me, recovery, second_factor, users, user_mfa, factor_rule, invitations, api_keys, process_types, prompts, configurations,
    workflows, clients, audit_logs, usage, budgets, retention, vendor_templates, rollouts, evaluation_sets, evaluations, publish_gate,
    vendors, reliability, notifications, notification_channels, alert_rules, platform_alerts, review_claims, review_fields, review_decisions,
    throughput, outputs, webhook_endpoints, webhook_deliveries, secrets, rules, dead_runs,
    system_health, exports,
)  # fmt: skip
"""They are asked in this order whether a request is theirs, so what is called most often comes first."""
# Read by hand, after the caller and the row were judged; their schemas are added to the document by hand too.
_BODIES = (
    LoginIn, RefreshIn, FactorStart, FactorConfirm, FactorProof, FactorRuleIn, ApiKeyIn, ApiKeyChange, ProcessIn, UploadIn,
    ReviewDecision, ClientIn, ClientPatch, ProcessTypeIn, ProcessTypePatch, PromptIn, PromptPatch, PromptClone,
    ConfigurationIn, ConfigurationPatch, DryRunIn, BudgetsIn, RetentionIn, CanaryIn, EvaluationIn, EvaluationSetIn, PublishGateIn,
    BankDetailsVerified, SplitIn, RegionIn, NotificationPreferencesIn, NotificationChannelIn, NotificationChannelPatch,
    AlertRuleIn, PlatformAlertRuleIn, PlatformChannelIn, CorrectionsIn, NoteIn, AssigneeIn, SecretIn, WebhookEndpointIn, WebhookEndpointPatch, SecretRotation,
    RuleCheckIn, ExportIn, *ACCOUNT_BODIES,
)  # fmt: skip

_ALLOWED_HEADERS = (
    "Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match", "Last-Event-ID", "Range",
    "X-Request-ID",
)  # fmt: skip
_SHOWN_HEADERS = (
    "Content-Disposition", "ETag", "Idempotent-Replayed", "Link", "Location", "RateLimit-Limit",
    "RateLimit-Remaining", "RateLimit-Reset", "Retry-After", "X-Request-ID",
)  # fmt: skip
"""What scripts of the allowed origins may send and see. Cookies are not among it: they are for the portal alone."""


def create_app(container: Container, passwords: Passwords | None = None) -> FastAPI:
    """The application over a container; opens nothing itself. Raises ValueError for a weak or missing secret."""
    gateway = make_gateway(container, passwords)
    app = _routed()
    app.state.gateway = gateway
    add_error_handlers(app)
    if container.settings.api.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=container.settings.api.cors_origins,
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=_ALLOWED_HEADERS,
            expose_headers=_SHOWN_HEADERS,
        )
    app.add_middleware(Portal, folder=container.settings.api.portal)
    app.add_middleware(
        Edge,
        body_bytes=container.settings.limits.body_bytes,
        large_paths=_LARGE_PATHS,
        metrics=gateway.metrics,
        tracing=container.tracing,
        proxies=TrustedProxies(container.settings.api.trusted_proxies),
    )
    app.openapi = lambda: _described(app)  # type: ignore[method-assign]
    return app


def described() -> dict[str, Any]:
    """The OpenAPI document, without anything running behind it."""
    return describe(_routed(), _BODIES)


def _routed() -> FastAPI:
    app = FastAPI(title="DocFlow AI", version=VERSION, redoc_url=None, docs_url=None)
    app.router.routes.extend(_routes())
    return app


@cache
def _routes() -> tuple[BaseRoute, ...]:
    """Of every application of this process: reading what the routes ask for takes longer than a hundred requests."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    for module in _ROUTERS:
        app.include_router(module.router)
    return tuple(app.router.routes)


def _described(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        app.openapi_schema = describe(app, _BODIES)
    return app.openapi_schema


def make_gateway(container: Container, passwords: Passwords | None = None) -> Gateway:
    settings = container.settings
    secret = settings.auth.secret.get_secret_value() if settings.auth.secret else ""
    previous = [each.get_secret_value() for each in settings.auth.previous_secrets]
    tokens = AccessTokens(
        secret,
        previous=previous,
        issuer=settings.auth.issuer,
        audience=settings.auth.audience,
        ttl_s=settings.auth.access_ttl_s,
    )
    metrics = HttpMetrics()
    container.metrics.show_too("http", metrics.registry)
    passwords = passwords or Passwords(settings.auth.hash_concurrency)
    policy = PasswordPolicy(settings.password_min_chars)
    throttle = Throttle(settings.limits.logins_per_minute)
    accounts = Accounts(
        container.database,
        passwords,
        tokens,
        sealing=container.sealing,
        successor_keys=[successor_key(each) for each in (secret, *previous)],
        refresh_ttl_s=settings.auth.refresh_ttl_s,
        session_s=settings.auth.session_s,
        throttle=throttle,
        factor_rule=settings.auth.second_factor,
        noted=metrics.note_login,
    )
    in_force = InForce(container.cache)
    plugins = Plugins(BUILT_IN, container.workbench)
    checks = Checks(plugins, past_of(container.database))
    submitted = Submissions(
        container.database,
        container.blobs,
        container.transport,
        container.egress,
        sealing=container.sealing,
        clock=container.clock,
        failures=failing_places,
        metadata_bytes=settings.limits.metadata_bytes,
        public_url=(settings.api.public_url or "").rstrip("/"),
        in_force=in_force,
    )
    return Gateway(
        container=container,
        accounts=accounts,
        api_keys=ApiKeys(container.database),
        tokens=tokens,
        submissions=submitted,
        in_force=in_force,
        known=Known(schema_fault, found_in_text, plugins.names()),
        regions=Regions(container),
        dry_runs=DryRuns(container, checks),
        teaching=Teaching(container),
        correcting=Correcting(container, Checks(plugins)),
        uploads=Uploads(
            container.database,
            container.blobs,
            container.clock,
            key=hmac.new(secret.encode(), b"upload links", hashlib.sha256).digest(),
            public_url=(settings.api.public_url or "").rstrip("/"),
        ),
        rates=RequestRates(container.limits),
        metrics=metrics,
        passwords=passwords,
        policy=policy,
        joining=Joining(container.database, passwords, policy, container.sealing),
        recovery=Recovery(
            container.database, passwords, policy, sealing=container.sealing, throttle=throttle
        ),
        second_factors=SecondFactors(container.database, accounts, container.sealing),
        sessions=Sessions(container.database),
        tickets=SocketTickets(container.database, factor_rule=settings.auth.second_factor),
        cookies=SessionCookies(
            public_url=(settings.api.public_url or "").rstrip("/"),
            host=settings.api.host,
            refresh_ttl_s=settings.auth.refresh_ttl_s,
        ),
        slots=StreamSlots(settings.limits.streams_per_client),
    )
