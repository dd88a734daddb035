from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from docflow_client.blocking.sender import Sender
from docflow_client.calls import Call, as_json, as_model, as_nothing, given, key_header, version_header
from docflow_client.models.notifications import (
    AlertRule,
    AlertTrial,
    Notification,
    NotificationChannel,
    NotificationMessage,
    NotificationPreferences,
    Unread,
)

_LISTED, _PREFERRED = "/v1/notifications", "/v1/me/notification-preferences"
_CHANNELS, _RULES = "/v1/notification-channels", "/v1/alert-rules"


class Notifications:
    """What a person is told. They are for people: an API key is refused."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(
        self, *, unread: bool | None = None, limit: int | None = None, **filters: Any
    ) -> Iterator[Notification]:
        """Newest first, of the types that the person wants to see; by `type`."""
        params = given(unread=unread, limit=limit, **filters)
        return self._sender.rows(Call("GET", _LISTED, as_json, params=params), Notification)

    def unread(self) -> Unread:
        """How many are unread, counted up to 1,000."""
        return self._sender.send(Call("GET", f"{_LISTED}/unread-count", as_model(Unread)))

    def read(self, notification_id: UUID | str) -> Notification:
        """Repeatable."""
        path = f"{_LISTED}/{notification_id}/read"
        return self._sender.send(Call("POST", path, as_model(Notification), repeats=True))

    def read_all(self) -> None:
        """Repeatable."""
        self._sender.send(Call("POST", f"{_LISTED}/read-all", as_nothing, repeats=True))

    def preferences(self) -> NotificationPreferences:
        return self._sender.send(Call("GET", _PREFERRED, as_model(NotificationPreferences)))

    def prefer(
        self,
        in_app: Sequence[str],
        email: Sequence[str],
        *,
        email_window_s: int = 300,
        language: str | None = None,
    ) -> NotificationPreferences:
        """They count for what is told from now on. Without `language` (`en`, `de`) that of the letters stays."""
        body = {
            "in_app": [*in_app],
            "email": [*email],
            "email_window_s": email_window_s,
            **given(language=language),
        }
        call = Call("PUT", _PREFERRED, as_model(NotificationPreferences), json=body)
        return self._sender.send(call)


class NotificationChannels:
    """Mailboxes, chats and phones of the client."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(self, *, limit: int | None = None) -> Iterator[NotificationChannel]:
        """Newest first."""
        call = Call("GET", _CHANNELS, as_json, params=given(limit=limit))
        return self._sender.rows(call, NotificationChannel)

    def get(self, channel_id: UUID | str) -> NotificationChannel:
        return self._sender.send(Call("GET", f"{_CHANNELS}/{channel_id}", as_model(NotificationChannel)))

    def create(
        self,
        kind: str,
        name: str,
        target: str | Mapping[str, str],
        events: Sequence[str],
        *,
        window_s: int = 60,
        idempotency_key: str | None = None,
    ) -> NotificationChannel:
        """`target` is an address, or `{"$secret": "NAME"}` for a secret of the client."""
        body = {"kind": kind, "name": name, "target": target, "events": [*events], "window_s": window_s}
        call = Call(
            "POST",
            _CHANNELS,
            as_model(NotificationChannel),
            json=body,
            headers=key_header(idempotency_key),
            creates=True,
        )
        return self._sender.send(call)

    def update(self, channel_id: UUID | str, *, version: int, **changes: Any) -> NotificationChannel:
        """`name`, `target`, `events`, `window_s` or `is_active`; `version` is the one it was read with."""
        call = Call(
            "PATCH",
            f"{_CHANNELS}/{channel_id}",
            as_model(NotificationChannel),
            json=changes,
            headers=version_header(version),
        )
        return self._sender.send(call)

    def delete(self, channel_id: UUID | str) -> None:
        """With what it had still to send."""
        self._sender.send(Call("DELETE", f"{_CHANNELS}/{channel_id}", as_nothing))

    def test(self, channel_id: UUID | str) -> NotificationMessage:
        """Send a test message; `messages` tells what became of it."""
        path = f"{_CHANNELS}/{channel_id}/test"
        return self._sender.send(Call("POST", path, as_model(NotificationMessage)))

    def messages(self, channel_id: UUID | str, *, limit: int | None = None) -> Iterator[NotificationMessage]:
        """What it sent and will send, newest first."""
        path = f"{_CHANNELS}/{channel_id}/messages"
        call = Call("GET", path, as_json, params=given(limit=limit))
        return self._sender.rows(call, NotificationMessage)


class AlertRules:
    """Measures and events that people are told of beyond a threshold."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(self, *, limit: int | None = None) -> Iterator[AlertRule]:
        """Newest first."""
        return self._sender.rows(Call("GET", _RULES, as_json, params=given(limit=limit)), AlertRule)

    def get(self, rule_id: UUID | str) -> AlertRule:
        return self._sender.send(Call("GET", f"{_RULES}/{rule_id}", as_model(AlertRule)))

    def create(
        self, name: str, threshold: float, *, idempotency_key: str | None = None, **rule: Any
    ) -> AlertRule:
        """With either `metric` or `event`; `comparison`, `window_s`, `cool_down_s`, `severity`, `is_enabled`."""
        body, headers = {"name": name, "threshold": threshold, **rule}, key_header(idempotency_key)
        call = Call("POST", _RULES, as_model(AlertRule), json=body, headers=headers, creates=True)
        return self._sender.send(call)

    def replace(
        self, rule_id: UUID | str, name: str, threshold: float, *, version: int, **rule: Any
    ) -> AlertRule:
        """Set all of it anew; `version` is the one it was read with."""
        call = Call(
            "PUT",
            f"{_RULES}/{rule_id}",
            as_model(AlertRule),
            json={"name": name, "threshold": threshold, **rule},
            headers=version_header(version),
        )
        return self._sender.send(call)

    def delete(self, rule_id: UUID | str) -> None:
        self._sender.send(Call("DELETE", f"{_RULES}/{rule_id}", as_nothing))

    def try_out(self, name: str, threshold: float, **rule: Any) -> AlertTrial:
        """What a rule would see now. Nothing is kept and nobody told."""
        body = {"name": name, "threshold": threshold, **rule}
        call = Call("POST", f"{_RULES}/try", as_model(AlertTrial), json=body, repeats=True)
        return self._sender.send(call)
