"""Who may do what: one line for each operation of the API's document. A test holds the two against each other."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from docflow.domain.access import Scope


class Needs(StrEnum):
    """What is asked of a caller where no scope is."""

    NOTHING = "no token"
    PROOF = "any valid token or key"
    PERSON = "anybody who is signed in; no key"
    MEMBER = "a person of a client; no key, no platform admin"
    PLATFORM = "platform_admin"


@dataclass(frozen=True, slots=True)
class Of:
    """Stands for the id of an object of this kind (`tests/security/objects.py` makes them): own, foreign or unknown."""

    kind: str


@dataclass(frozen=True, slots=True)
class Rule:
    """What an operation needs, and the smallest call of it that succeeds."""

    needs: Scope | Needs
    also: Scope | None = None
    """A second scope, where one is not enough."""
    platform: bool = False
    """A platform admin may, too, with what is the platform's."""
    everywhere: bool = False
    """A platform admin may, too, with what is any client's."""
    path: Mapping[str, Of | str] = field(default_factory=dict)
    query: Mapping[str, Of | str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    """As JSON; `Of` may stand for any value in it."""
    lines: bool = False
    """The body is one line of JSON lines."""
    link: Of | None = None
    """The whole address is a signed link; a file is sent to it."""
    answers: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    platform_body: Mapping[str, Any] = field(default_factory=dict)
    """What a platform admin adds to the body."""
    fresh: str = ""
    """The operation is about the caller, whom it may change: a person of this kind (`selves.py`) calls it."""

    @property
    def scopes(self) -> frozenset[Scope]:
        return frozenset(one for one in (self.needs, self.also) if isinstance(one, Scope))


def process(needs: Scope, *, kind: str = "process", **more: Any) -> Rule:
    return Rule(needs, path={"process_id": Of(kind)}, **more)


def document(needs: Scope, **more: str) -> Rule:
    return Rule(needs, path={"document_id": Of("document"), **more})


def configuring(needs: Scope = Scope.CONFIG_WRITE, **more: Any) -> Rule:
    return Rule(needs, platform=True, **more)


def one(name: str, kind: str) -> dict[str, Any]:
    return {"path": {name: Of(kind)}}


def self_only(fresh: str = "person", **more: Any) -> Rule:
    return Rule(Needs.PERSON, fresh=fresh, **more)


PASSWORD = "violet-harbour-91"
READ, WRITE, RESULTS = Scope.PROCESSES_READ, Scope.PROCESSES_WRITE, Scope.RESULTS_READ
HOOKS = Scope.WEBHOOKS_WRITE
ENDPOINT = {"url": "https://hooks.example.com/in", "events": ["process.completed"], "headers": {"X-Key": "k"}}
FIRST = {"If-Match": '"1"'}
PLATFORM_MAILBOX = {"kind": "email", "name": "operations", "target": "ops@example.com"}
MAILBOX = {"kind": "email", "name": "payables", "target": "ap@example.com", "events": ["alert"]}
ALERT = {"name": "dead runs", "metric": "dead_runs", "threshold": 1000}
FILE = {"file_name": "note.txt", "base64": "SW52b2ljZSAx", "mime_type": "text/plain"}

PERMISSIONS: dict[str, Rule] = {
    # An operation that takes its objects in more than one way has a line for each, `operation/way`.
    # health
    "healthz": Rule(Needs.NOTHING),
    "readyz": Rule(Needs.NOTHING),
    # auth
    "login": Rule(Needs.NOTHING, body={"email": Of("address"), "password": "password123"}),
    "refresh": Rule(Needs.NOTHING, body={"refresh_token": Of("refresh_token")}),
    "logout": Rule(Needs.NOTHING, body={"refresh_token": Of("refresh_token")}, answers=204),
    "forgot_password": Rule(Needs.NOTHING, body={"email": Of("address")}, answers=202),
    "reset_password": Rule(
        Needs.NOTHING, body={"token": Of("reset_token"), "password": PASSWORD}, answers=204
    ),
    "verify_email": Rule(Needs.NOTHING, body={"token": Of("verification_token")}, answers=204),
    "accept_invitation": Rule(
        Needs.NOTHING, body={"token": Of("invitation_token"), "password": PASSWORD}, answers=201
    ),
    # about the caller
    "get_me": Rule(Needs.PROOF),
    "change_password": self_only(body={"current_password": "password123", "password": PASSWORD}, answers=204),
    "resend_verification": self_only(answers=202),
    "list_sessions": self_only(),
    "end_other_sessions": self_only(answers=204),
    "end_session": self_only(**one("session_id", "session"), answers=204),
    "get_mfa": self_only(),
    "begin_mfa": self_only(body={"password": "password123"}),
    "confirm_mfa": self_only("beginner", body={"code": Of("code")}),
    "renew_recovery_codes": self_only("guarded", body={"password": "password123", "code": Of("code")}),
    "end_mfa": self_only("guarded", body={"password": "password123", "code": Of("code")}, answers=204),
    # notifications
    "list_notifications": Rule(Needs.MEMBER),
    "count_unread_notifications": Rule(Needs.MEMBER),
    "read_notification": Rule(Needs.MEMBER, **one("notification_id", "notification")),
    "read_all_notifications": Rule(Needs.MEMBER, answers=204),
    "get_notification_preferences": Rule(Needs.MEMBER),
    "set_notification_preferences": Rule(Needs.MEMBER, body={"in_app": ["alert"], "email": ["alert"]}),
    "list_notification_channels": Rule(Scope.ADMIN),
    "create_notification_channel": Rule(Scope.ADMIN, body=MAILBOX, answers=201),
    "get_notification_channel": Rule(Scope.ADMIN, **one("channel_id", "channel")),
    "change_notification_channel": Rule(
        Scope.ADMIN, **one("channel_id", "channel"), body={"name": "renamed"}, headers=FIRST
    ),
    "delete_notification_channel": Rule(Scope.ADMIN, **one("channel_id", "channel"), answers=204),
    "test_notification_channel": Rule(Scope.ADMIN, **one("channel_id", "channel"), answers=202),
    "list_notification_messages": Rule(Scope.ADMIN, **one("channel_id", "channel")),
    "list_platform_alert_rules": Rule(Needs.PLATFORM),
    "create_platform_alert_rule": Rule(Needs.PLATFORM, body=ALERT, answers=201),
    "replace_platform_alert_rule": Rule(
        Needs.PLATFORM, **one("rule_id", "platform_alert_rule"), body=ALERT, headers=FIRST
    ),
    "delete_platform_alert_rule": Rule(Needs.PLATFORM, **one("rule_id", "platform_alert_rule"), answers=204),
    "list_platform_channels": Rule(Needs.PLATFORM),
    "create_platform_channel": Rule(Needs.PLATFORM, body=PLATFORM_MAILBOX, answers=201),
    "delete_platform_channel": Rule(Needs.PLATFORM, **one("channel_id", "platform_channel"), answers=204),
    "test_platform_channel": Rule(Needs.PLATFORM, **one("channel_id", "platform_channel"), answers=202),
    "list_alert_rules": Rule(Scope.ADMIN),
    "create_alert_rule": Rule(Scope.ADMIN, body=ALERT, answers=201),
    "try_alert_rule": Rule(Scope.ADMIN, body=ALERT),
    "get_alert_rule": Rule(Scope.ADMIN, **one("rule_id", "alert_rule")),
    "replace_alert_rule": Rule(Scope.ADMIN, **one("rule_id", "alert_rule"), body=ALERT, headers=FIRST),
    "delete_alert_rule": Rule(Scope.ADMIN, **one("rule_id", "alert_rule"), answers=204),
    # people and keys
    "list_users": Rule(Scope.ADMIN),
    "get_user": Rule(Scope.ADMIN, **one("user_id", "user")),
    "create_user": Rule(
        Scope.ADMIN,
        platform=True,
        body={"email": Of("new_address"), "role": "viewer", "password": PASSWORD},
        platform_body={"client_id": Of("client")},
        answers=201,
    ),
    "change_user": Rule(Scope.ADMIN, **one("user_id", "user"), body={"role": "operator"}, headers=FIRST),
    "reset_user_mfa": Rule(Scope.ADMIN, **one("user_id", "guarded_user"), answers=204),
    "get_second_factor_rule": Rule(Scope.ADMIN),
    "set_second_factor_rule": Rule(Scope.ADMIN, body={"required_of": "off"}),
    "list_invitations": Rule(Scope.ADMIN),
    "create_invitation": Rule(
        Scope.ADMIN,
        platform=True,
        body={"email": Of("new_address"), "role": "viewer"},
        platform_body={"client_id": Of("client")},
        answers=201,
    ),
    "revoke_invitation": Rule(Scope.ADMIN, **one("invitation_id", "invitation"), answers=204),
    "list_api_keys": Rule(Scope.ADMIN),
    "create_api_key": Rule(Scope.ADMIN, body={"name": "n8n", "scopes": ["admin"]}, answers=201),
    "get_api_key": Rule(Scope.ADMIN, **one("api_key_id", "api_key")),
    "change_api_key": Rule(
        Scope.ADMIN, **one("api_key_id", "api_key"), body={"name": "renamed"}, headers=FIRST
    ),
    "revoke_api_key": Rule(Scope.ADMIN, **one("api_key_id", "api_key"), answers=204),
    # processes
    "create_process": Rule(
        WRITE, body={"process_type_id": Of("ready_type"), "documents": [FILE]}, answers=202
    ),
    "create_process/upload": Rule(
        WRITE,
        body={"process_type_id": Of("ready_type"), "documents": [{"upload_id": Of("upload")}]},
        answers=202,
    ),
    "create_processes": Rule(
        WRITE, lines=True, body={"process_type_id": Of("ready_type"), "documents": [FILE]}, answers=207
    ),
    "create_upload": Rule(
        WRITE, body={"file_name": "note.txt", "mime_type": "text/plain", "file_size": 9}, answers=201
    ),
    "send_upload": Rule(
        Needs.NOTHING, path={"upload_id": "in the link"}, link=Of("upload_link"), answers=204
    ),
    "erase_process": process(WRITE, answers=204),
    "list_processes": Rule(READ, query={"process_type_id": Of("ready_type")}),
    "get_process": process(READ),
    "get_result": process(RESULTS, kind="held"),
    "list_stages": process(READ),
    "list_process_events": process(READ),
    "list_process_audit": process(READ),
    "cancel_process": process(WRITE),
    "retry_process": process(WRITE, kind="failed", answers=202),
    # documents
    "get_document": document(READ),
    "get_document_file": document(RESULTS),
    "get_document_page": document(RESULTS, number="1"),
    "get_document_page_crop": Rule(
        RESULTS, path={"document_id": Of("document"), "number": "1"}, query={"box": "0.1,0.1,0.9,0.9"}
    ),
    "get_document_words": document(RESULTS),
    # reviews
    "list_reviews": Rule(Scope.REVIEWS_WRITE),
    "get_review_summary": Rule(Scope.REVIEWS_WRITE),
    "list_assignees": Rule(Scope.REVIEWS_WRITE),
    "get_review": process(Scope.REVIEWS_WRITE, kind="held"),
    "claim_review": process(Scope.REVIEWS_WRITE, kind="held"),
    "release_review": process(Scope.REVIEWS_WRITE, kind="held", answers=204),
    "assign_review": process(Scope.REVIEWS_WRITE, kind="held", body={"user_id": None}),
    "add_review_note": process(Scope.REVIEWS_WRITE, kind="held", body={"text": "seen"}, answers=201),
    "correct_fields": process(
        Scope.REVIEWS_WRITE, kind="held", body={"fields": {"grand_total": "1"}}, headers=FIRST
    ),
    "decide_review": process(Scope.REVIEWS_WRITE, kind="held", body={"decision": "approve"}),
    "export_results": Rule(RESULTS, body={"process_ids": [Of("process")]}),
    # vendors
    "list_vendors": Rule(RESULTS),
    "get_vendor": Rule(RESULTS, **one("vendor_id", "vendor")),
    "verify_bank_details": Rule(
        Scope.REVIEWS_WRITE, **one("vendor_id", "vendor"), body={"iban": "DE89 3704 0044 0532 0130 00"}
    ),
    "split_process": process(Scope.REVIEWS_WRITE, kind="held", body={"documents": []}),
    "read_region": Rule(
        Scope.REVIEWS_WRITE,
        **one("document_id", "read_document"),
        body={"page": 1, "box": [0.0, 0.0, 1.0, 1.0], "kind": "text"},
    ),
    # types, prompts, configurations
    "list_process_types": configuring(READ),
    "get_process_type": configuring(READ, **one("process_type_id", "process_type")),
    "create_process_type": configuring(
        body={"process_type_id": Of("new_type"), "display_name": "Lease"}, answers=201
    ),
    "change_process_type": configuring(
        **one("process_type_id", "process_type"), body={"description": "changed"}, headers=FIRST
    ),
    "list_prompts": configuring(query={"process_type_id": Of("process_type")}),
    "create_prompt": configuring(
        body={
            "process_type_id": Of("process_type"),
            "version": 1,
            "stage": "ocr",
            "prompt_template": "{{output_schema}} {{document_text}}",
        },
        answers=201,
    ),
    "get_prompt": configuring(**one("prompt_id", "prompt")),
    "change_prompt": configuring(**one("prompt_id", "prompt"), body={"max_tokens": 100}, headers=FIRST),
    "publish_prompt": configuring(**one("prompt_id", "prompt")),
    "retire_prompt": configuring(**one("prompt_id", "published_prompt")),
    "clone_prompt": configuring(**one("prompt_id", "prompt"), body={"version": 7}, answers=201),
    "diff_prompts": configuring(**one("prompt_id", "prompt"), query={"against": Of("prompt")}),
    "list_configurations": configuring(query={"process_type_id": Of("process_type")}),
    "create_configuration": configuring(body={"process_type_id": Of("process_type")}, answers=201),
    "get_configuration": configuring(**one("config_id", "configuration")),
    "change_configuration": configuring(
        **one("config_id", "configuration"), body={"confidence_threshold": 0.9}, headers=FIRST
    ),
    "publish_configuration": configuring(**one("config_id", "publishable")),
    "retire_configuration": configuring(**one("config_id", "published")),
    "clone_configuration": configuring(**one("config_id", "configuration"), answers=201),
    "diff_configurations": configuring(
        **one("config_id", "configuration"), query={"against": Of("configuration")}
    ),
    "dry_run_configuration": Rule(
        Scope.CONFIG_WRITE,
        also=RESULTS,
        **one("config_id", "configuration"),
        body={"document_id": Of("read_document")},
    ),
    "list_workflow_steps": configuring(),
    "list_workflow_templates": configuring(),
    "check_rules": Rule(
        Scope.CONFIG_WRITE,
        also=RESULTS,
        body={"output_schema": {"properties": {"total": {"type": "string"}}}, "validation_rules": []},
    ),
    "check_rules/process": Rule(
        Scope.CONFIG_WRITE,
        also=RESULTS,
        body={
            "output_schema": {"properties": {"total": {"type": "string"}}},
            "validation_rules": [],
            "process_id": Of("process"),
        },
    ),
    # what corrections taught
    "list_vendor_templates": Rule(Scope.CONFIG_WRITE),
    "delete_vendor_template": Rule(Scope.CONFIG_WRITE, **one("template_id", "vendor_template"), answers=204),
    # a version's way into force
    "shadow_configuration": Rule(Scope.CONFIG_WRITE, **one("config_id", "publishable")),
    "canary_configuration": Rule(Scope.CONFIG_WRITE, **one("config_id", "candidate"), body={"percent": 10}),
    "roll_back_configuration": Rule(Scope.CONFIG_WRITE, **one("config_id", "replaced")),
    "compare_configurations": Rule(
        Scope.CONFIG_WRITE,
        **one("config_id", "compared"),
        query={"against": Of("compared")},
    ),
    # evaluations
    "list_evaluation_sets": Rule(Scope.CONFIG_WRITE, query={"process_type_id": Of("ready_type")}),
    "create_evaluation_set": Rule(
        Scope.CONFIG_WRITE,
        body={"name": "all", "process_type_id": Of("approved_type"), "with_unreviewed": True},
        answers=201,
    ),
    "get_evaluation_set": Rule(Scope.CONFIG_WRITE, **one("set_id", "evaluation_set")),
    "delete_evaluation_set": Rule(Scope.CONFIG_WRITE, **one("set_id", "evaluation_set"), answers=204),
    "list_evaluations": Rule(Scope.CONFIG_WRITE, query={"set_id": Of("evaluation_set")}),
    "create_evaluation": Rule(Scope.CONFIG_WRITE, body={"set_id": Of("evaluation_set")}, answers=201),
    "create_evaluation/candidate": Rule(
        Scope.CONFIG_WRITE,
        body={"set_id": Of("evaluation_set"), "candidate": {"config_id": Of("of_ready_type")}},
        answers=201,
    ),
    "create_evaluation/prompt": Rule(
        Scope.CONFIG_WRITE,
        body={"set_id": Of("evaluation_set"), "candidate": {"prompt_id": Of("prompt_of_ready_type")}},
        answers=201,
    ),
    "get_evaluation": Rule(Scope.CONFIG_WRITE, **one("evaluation_id", "evaluation")),
    "delete_evaluation": Rule(Scope.CONFIG_WRITE, **one("evaluation_id", "evaluation"), answers=204),
    "get_retention": Rule(Scope.ADMIN),
    "set_retention": Rule(Scope.ADMIN, body={"keep_days": 365}),
    "get_publish_gate": Rule(Scope.CONFIG_WRITE),
    "set_publish_gate": Rule(Scope.ADMIN, body={"mode": "warn"}),
    "get_configuration_reliability": Rule(
        Scope.CONFIG_WRITE, **one("config_id", "configuration"), query={"target": "0.98"}
    ),
    # what goes out
    "list_process_outputs": process(READ),
    "retry_output_action": Rule(WRITE, **one("action_id", "output_action"), answers=202),
    "list_webhook_endpoints": Rule(HOOKS),
    "create_webhook_endpoint": Rule(HOOKS, body=ENDPOINT, answers=201),
    "get_callback_secret": Rule(HOOKS),
    "rotate_callback_secret": Rule(HOOKS, body={"overlap_s": 60}),
    "get_webhook_endpoint": Rule(HOOKS, **one("endpoint_id", "endpoint")),
    "change_webhook_endpoint": Rule(
        HOOKS, **one("endpoint_id", "endpoint"), body={"events": ["process.failed"]}, headers=FIRST
    ),
    "delete_webhook_endpoint": Rule(HOOKS, **one("endpoint_id", "endpoint"), answers=204),
    "rotate_webhook_secret": Rule(HOOKS, **one("endpoint_id", "endpoint"), body={"overlap_s": 60}),
    "test_webhook_endpoint": Rule(HOOKS, **one("endpoint_id", "endpoint"), answers=202),
    "list_webhook_deliveries": Rule(HOOKS),
    "get_webhook_delivery": Rule(HOOKS, **one("delivery_id", "delivery")),
    "redeliver_webhook": Rule(HOOKS, **one("delivery_id", "delivery"), answers=202),
    "list_secrets": Rule(Scope.ADMIN),
    "set_secret": Rule(Scope.ADMIN, path={"name": "ERP_KEY"}, body={"value": "a key"}, answers=204),
    "delete_secret": Rule(Scope.ADMIN, path={"name": Of("secret")}, answers=204),
    # what failed for good
    "get_system_health": Rule(Scope.ADMIN, everywhere=True),
    "list_dead_runs": Rule(Scope.ADMIN, everywhere=True),
    "replay_dead_run": Rule(Scope.ADMIN, everywhere=True, **one("run_id", "dead_run"), answers=202),
    "drop_dead_run": Rule(Scope.ADMIN, everywhere=True, **one("run_id", "dead_run"), answers=204),
    # clients
    "list_clients": Rule(Needs.PLATFORM),
    "create_client": Rule(Needs.PLATFORM, body={"name": "Umbrella", "slug": Of("new_slug")}, answers=201),
    "get_client": Rule(Needs.PLATFORM, **one("client_id", "client")),
    "change_client": Rule(
        Needs.PLATFORM, **one("client_id", "client"), body={"name": "Renamed"}, headers=FIRST
    ),
    # audit and events
    "list_audit_logs": Rule(Scope.ADMIN, query={"process_id": Of("process")}),
    "verify_audit_logs": Rule(Scope.ADMIN),
    # what models cost
    "get_token_usage": Rule(Scope.ADMIN),
    "get_cost_usage": Rule(Scope.ADMIN),
    "get_process_usage": Rule(READ),
    "get_budgets": Rule(Scope.ADMIN),
    "set_budgets": Rule(Scope.ADMIN, body={"month": {"cap_tokens": 1000}}),
    "stream_events": Rule(READ),
    "create_socket_ticket": Rule(READ),
}

OUTSIDE_THE_DOCUMENT = {"/docs", "/metrics", "/openapi.json", "/v1/ws"}
"""Routes that no operation describes. They know no client, but the socket, which a ticket opens."""
