from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from docflow_client.blocking.sender import Sender
from docflow_client.calls import Call, as_json, as_model, as_nothing, given, key_header, version_header
from docflow_client.models.people import FactorRule, Invitation, User
from docflow_client.models.setup import ApiKey


class ApiKeys:
    """Keys for programs."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(self, *, limit: int | None = None, **filters: Any) -> Iterator[ApiKey]:
        """The client's."""
        params = given(limit=limit, **filters)
        return self._sender.rows(Call("GET", "/v1/api-keys", as_json, params=params), ApiKey)

    def get(self, api_key_id: UUID | str) -> ApiKey:
        return self._sender.send(Call("GET", f"/v1/api-keys/{api_key_id}", as_model(ApiKey)))

    def create(
        self,
        name: str,
        scopes: Iterable[str],
        *,
        expires_at: datetime | None = None,
        requests_per_minute: int | None = None,
        idempotency_key: str | None = None,
    ) -> ApiKey:
        """The answer holds `key`, this once. Without `requests_per_minute` the installation's limit holds."""
        body = given(
            name=name,
            scopes=list(scopes),
            expires_at=expires_at.isoformat() if expires_at else None,
            requests_per_minute=requests_per_minute,
        )
        headers = key_header(idempotency_key)
        call = Call("POST", "/v1/api-keys", as_model(ApiKey), json=body, headers=headers, creates=True)
        return self._sender.send(call)

    def update(self, api_key_id: UUID | str, *, version: int, **changes: Any) -> ApiKey:
        """`name` or `requests_per_minute` (None = the installation's); `version` is the one it was read with."""
        headers = version_header(version)
        call = Call("PATCH", f"/v1/api-keys/{api_key_id}", as_model(ApiKey), json=changes, headers=headers)
        return self._sender.send(call)

    def revoke(self, api_key_id: UUID | str) -> None:
        """Refused from the next request on."""
        self._sender.send(Call("DELETE", f"/v1/api-keys/{api_key_id}", as_nothing))


class Users:
    """The people of the client."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(self, *, limit: int | None = None, **filters: Any) -> Iterator[User]:
        """The client's."""
        params = given(limit=limit, **filters)
        return self._sender.rows(Call("GET", "/v1/users", as_json, params=params), User)

    def get(self, user_id: UUID | str) -> User:
        return self._sender.send(Call("GET", f"/v1/users/{user_id}", as_model(User)))

    def create(self, email: str, role: str, password: str, *, idempotency_key: str | None = None) -> User:
        """Outside production only; elsewhere people are invited."""
        body = {"email": email, "role": role, "password": password}
        headers = key_header(idempotency_key)
        call = Call("POST", "/v1/users", as_model(User), json=body, headers=headers, creates=True)
        return self._sender.send(call)

    def update(self, user_id: UUID | str, *, version: int, **changes: Any) -> User:
        """`role` or `status`; `version` is the one it was read with."""
        headers = version_header(version)
        call = Call("PATCH", f"/v1/users/{user_id}", as_model(User), json=changes, headers=headers)
        return self._sender.send(call)

    def second_factor_rule(self) -> FactorRule:
        """Of whom a second factor is required."""
        return self._sender.send(Call("GET", "/v1/second-factor-rule", as_model(FactorRule)))

    def require_second_factor(self, of: str | None) -> FactorRule:
        """Of `admins`, of `everyone` or of nobody (`off`); None = as the platform says. Keys are not asked."""
        call = Call("PUT", "/v1/second-factor-rule", as_model(FactorRule), json={"required_of": of})
        return self._sender.send(call)

    def reset_second_factor(self, user_id: UUID | str) -> None:
        """For somebody who lost it; all their sessions end."""
        self._sender.send(Call("DELETE", f"/v1/users/{user_id}/mfa", as_nothing))


class Invitations:
    """People asked to join."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(self, *, limit: int | None = None, **filters: Any) -> Iterator[Invitation]:
        """The client's."""
        params = given(limit=limit, **filters)
        return self._sender.rows(Call("GET", "/v1/invitations", as_json, params=params), Invitation)

    def create(
        self, email: str, role: str, *, language: str | None = None, idempotency_key: str | None = None
    ) -> Invitation:
        """The answer holds `token`, this once; it is mailed too, in `language` (`en`, `de`), else in the inviter's."""
        body = given(email=email, role=role, language=language)
        headers = key_header(idempotency_key)
        call = Call("POST", "/v1/invitations", as_model(Invitation), json=body, headers=headers, creates=True)
        return self._sender.send(call)

    def withdraw(self, invitation_id: UUID | str) -> None:
        """Its token no longer works."""
        self._sender.send(Call("DELETE", f"/v1/invitations/{invitation_id}", as_nothing))

    def accept(self, token: str, password: str) -> None:
        """As the person invited; needs no sign-in."""
        body = {"token": token, "password": password}
        self._sender.send(Call("POST", "/v1/invitations/accept", as_nothing, json=body, signed_in=False))
