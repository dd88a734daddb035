from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from docflow_client.asynchronous.sender import AsyncSender
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


class AsyncNotifications:
    """What a person is told. They are for people: an API key is refused."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    def list(
        self, *, unread: bool | None = None, limit: int | None = None, **filters: Any
    ) -> AsyncIterator[Notification]:
        """Newest first, of the types that the person wants to see; by `type`."""
        params = given(unread=unread, limit=limit, **filters)
        return self._sender.rows(Call("GET", _LISTED, as_json, params=params), Notification)

    async def unread(self) -> Unread:
        """How many are unread, counted up to 1,000."""
        return await self._sender.send(Call("GET", f"{_LISTED}/unread-count", as_model(Unread)))

    async def read(self, notification_id: UUID | str) -> Notification:
        """Repeatable."""
        path = f"{_LISTED}/{notification_id}/read"
        return await self._sender.send(Call("POST", path, as_model(Notification), repeats=True))

    async def read_all(self) -> None:
        """Repeatable."""
        await self._sender.send(Call("POST", f"{_LISTED}/read-all", as_nothing, repeats=True))

    async def preferences(self) -> NotificationPreferences:
        return await self._sender.send(Call("GET", _PREFERRED, as_model(NotificationPreferences)))

    async def prefer(
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
        return await self._sender.send(call)


class AsyncNotificationChannels:
    """Mailboxes, chats and phones of the client."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    def list(self, *, limit: int | None = None) -> AsyncIterator[NotificationChannel]:
        """Newest first."""
        call = Call("GET", _CHANNELS, as_json, params=given(limit=limit))
        return self._sender.rows(call, NotificationChannel)

    async def get(self, channel_id: UUID | str) -> NotificationChannel:
        return await self._sender.send(
            Call("GET", f"{_CHANNELS}/{channel_id}", as_model(NotificationChannel))
        )

    async def create(
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
        return await self._sender.send(call)

    async def update(self, channel_id: UUID | str, *, version: int, **changes: Any) -> NotificationChannel:
        """`name`, `target`, `events`, `window_s` or `is_active`; `version` is the one it was read with."""
        call = Call(
            "PATCH",
            f"{_CHANNELS}/{channel_id}",
            as_model(NotificationChannel),
            json=changes,
            headers=version_header(version),
        )
        return await self._sender.send(call)

    async def delete(self, channel_id: UUID | str) -> None:
        """With what it had still to send."""
        await self._sender.send(Call("DELETE", f"{_CHANNELS}/{channel_id}", as_nothing))

    async def test(self, channel_id: UUID | str) -> NotificationMessage:
        """Send a test message; `messages` tells what became of it."""
        path = f"{_CHANNELS}/{channel_id}/test"
        return await self._sender.send(Call("POST", path, as_model(NotificationMessage)))

    def messages(
        self, channel_id: UUID | str, *, limit: int | None = None
    ) -> AsyncIterator[NotificationMessage]:
        """What it sent and will send, newest first."""
        path = f"{_CHANNELS}/{channel_id}/messages"
        call = Call("GET", path, as_json, params=given(limit=limit))
        return self._sender.rows(call, NotificationMessage)


class AsyncAlertRules:
    """Measures and events that people are told of beyond a threshold."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    def list(self, *, limit: int | None = None) -> AsyncIterator[AlertRule]:
        """Newest first."""
        return self._sender.rows(Call("GET", _RULES, as_json, params=given(limit=limit)), AlertRule)

    async def get(self, rule_id: UUID | str) -> AlertRule:
        return await self._sender.send(Call("GET", f"{_RULES}/{rule_id}", as_model(AlertRule)))

    async def create(
        self, name: str, threshold: float, *, idempotency_key: str | None = None, **rule: Any
    ) -> AlertRule:
        """With either `metric` or `event`; `comparison`, `window_s`, `cool_down_s`, `severity`, `is_enabled`."""
        body, headers = {"name": name, "threshold": threshold, **rule}, key_header(idempotency_key)
        call = Call("POST", _RULES, as_model(AlertRule), json=body, headers=headers, creates=True)
        return await self._sender.send(call)

    async def replace(
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
        return await self._sender.send(call)

    async def delete(self, rule_id: UUID | str) -> None:
        await self._sender.send(Call("DELETE", f"{_RULES}/{rule_id}", as_nothing))

    async def try_out(self, name: str, threshold: float, **rule: Any) -> AlertTrial:
        """What a rule would see now. Nothing is kept and nobody told."""
        body = {"name": name, "threshold": threshold, **rule}
        call = Call("POST", f"{_RULES}/try", as_model(AlertTrial), json=body, repeats=True)
        return await self._sender.send(call)
