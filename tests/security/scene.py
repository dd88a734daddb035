"""Two clients at one gateway, and everybody who may call for the first of them."""

from dataclasses import dataclass

from docflow.testing.database import DatabaseUrls
from sqlalchemy import Connection

from tests.integration.api.conftest import World
from tests.security.callers import Headers, Proven
from tests.security.objects import Side
from tests.security.permissions import Needs, Rule


@dataclass(frozen=True, slots=True)
class Scene:
    """A gateway with two clients; the callers are the first one's. `onlooker` sees the rows of both. `enrollers` are
    people of a third client who must set up a second factor first."""

    world: World
    own: Side
    foreign: Side
    platform: Side
    people: list[Proven]
    keys: list[Proven]
    unproven: dict[str, Headers]
    enrollers: list[Proven]
    urls: DatabaseUrls
    onlooker: Connection

    def proven(self, rule: Rule) -> list[Proven]:
        """Everybody of a role, and the keys that differ in what the rule asks for."""
        wanted = {f"key with {scope} only" for scope in rule.scopes}
        wanted |= {f"key without {scope}" for scope in rule.scopes} or {"key with nothing"}
        return [*self.people, *(key for key in self.keys if key.name in wanted)]

    def who_may(self, rule: Rule) -> list[Proven]:
        return [caller for caller in self.proven(rule) if caller.may(rule)]

    def side_of(self, caller: Proven, rule: Rule) -> Side:
        """Whose objects are the caller's own."""
        return self.platform if caller.platform and _is_the_platforms(rule) else self.own


def _is_the_platforms(rule: Rule) -> bool:
    return rule.platform or rule.needs is Needs.PLATFORM
