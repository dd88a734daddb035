"""Who may do what: scopes, what each role holds, and the caller of one request."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from docflow.domain.errors import Forbidden
from docflow.domain.stages import Role


class Scope(StrEnum):
    """What an API key may be given; a role is a set of these."""

    PROCESSES_READ = "processes:read"
    """Processes, documents, stages, events."""
    PROCESSES_WRITE = "processes:write"
    """Create, cancel, retry, upload, erase."""
    RESULTS_READ = "results:read"
    """Results, files, pages, words."""
    REVIEWS_WRITE = "reviews:write"
    """All of /reviews."""
    CONFIG_WRITE = "config:write"
    """Process types, prompts, configurations."""
    WEBHOOKS_WRITE = "webhooks:write"
    """Endpoints and deliveries."""
    ADMIN = "admin"
    """Users, keys, audit, budgets, usage."""


_READS = frozenset({Scope.PROCESSES_READ, Scope.RESULTS_READ})
_OPERATES = _READS | {Scope.PROCESSES_WRITE, Scope.REVIEWS_WRITE}

ROLE_SCOPES: dict[Role, frozenset[Scope]] = {
    Role.VIEWER: _READS,
    Role.OPERATOR: _OPERATES,
    Role.ADMIN: frozenset(Scope),
    Role.PLATFORM_ADMIN: frozenset(),
}
"""A platform_admin has no client, so nothing that is bound to one is theirs."""


class FactorRule(StrEnum):
    """Of whom a second factor is required."""

    OFF = "off"
    ADMINS = "admins"
    """Admins of the client; of the platform, where it is the platform's rule."""
    EVERYONE = "everyone"

    def holds_for(self, role: Role) -> bool:
        if self is FactorRule.ADMINS:
            return role in (Role.ADMIN, Role.PLATFORM_ADMIN)
        return self is FactorRule.EVERYONE


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, as proven by their token or key. `name` (`user:<id>` or `key:<id>`) is what rows keep."""

    name: str
    client_id: UUID | None
    scopes: frozenset[Scope]
    user_id: UUID | None = None
    role: Role | None = None
    requests_per_minute: int | None = None
    """A limit of the caller's own; None = the installation's."""
    session_id: UUID | None = None
    """Of a person: the sign-in that their token came from."""
    expires_at: datetime | None = None
    """When the token or key ends; None = never by itself."""
    api_key_id: UUID | None = None
    needs_factor: bool = False
    """A second factor is required of this person."""
    must_enrol: bool = False
    """It is, and they have none: all they may do is set one up."""

    def require(self, scope: Scope) -> None:
        """Raises Forbidden unless the caller holds `scope`; `admin` alone does not imply the others."""
        if scope not in self.scopes:
            raise Forbidden(f"this needs the scope {scope.value}")

    @property
    def is_platform(self) -> bool:
        """A platform admin, who has no client and keeps what is every client's."""
        return self.role is Role.PLATFORM_ADMIN and self.client_id is None

    @property
    def client(self) -> UUID:
        """The caller's client. Raises Forbidden for a caller without one."""
        if self.client_id is None:
            raise Forbidden("this belongs to a client; a platform admin has none")
        return self.client_id

    @property
    def person(self) -> UUID:
        """The id of the person who calls. Raises Forbidden for a key."""
        if self.user_id is None:
            raise Forbidden("this belongs to a person; an API key is none")
        return self.user_id
