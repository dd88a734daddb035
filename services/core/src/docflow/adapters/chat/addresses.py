"""Which addresses of chats are taken, by kind, and how they are read. Nothing of apprise is asked before that."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from docflow.domain.errors import UserError
from docflow.domain.ports.chat import ChatTarget

MAX_ADDRESS = 1_000

_SCHEMES = {
    "slack": ("slack",),
    "teams": ("workflow", "workflows"),
    "telegram": ("tgram",),
    "sms": ("twilio",),
    "mattermost": ("mmost", "mmosts"),
    "discord": ("discord",),
}
KINDS = frozenset(_SCHEMES)
PLUGINS = frozenset({"slack", "workflows", "telegram", "twilio", "mattermost", "discord"})
"""Modules of apprise that these schemes lead to; each speaks HTTP through `requests` alone."""
_HOSTS = {
    "slack": "hooks.slack.com",
    "telegram": "api.telegram.org",
    "sms": "api.twilio.com",
    "discord": "discord.com",
}
"""Of the kinds whose host is no choice of the client's."""
_SLACK = re.compile(r"/services/(\w+)/(\w+)/(\w+)/?")
_DISCORD = re.compile(r"/api/webhooks/(\d+)/([\w-]+)/?")
_WORKFLOW = re.compile(r"/workflows/(\w+)/triggers/manual/paths/invoke/?")


@dataclass(frozen=True, slots=True)
class Address:
    """`host_url` is what the guard is asked about; None where the host is the service's own."""

    target: ChatTarget
    host_url: str | None


def invalid(why: str) -> UserError:
    return UserError(f"the channel cannot be used: {why}", code="channel_invalid")


def read_address(kind: str, url: str) -> Address:
    """Raises UserError `channel_invalid`. A scheme decides which code runs, and options can read files: both are listed."""
    url = url.strip()
    if kind not in KINDS:
        raise invalid("its kind takes no address of a chat")
    if len(url) > MAX_ADDRESS or any(ord(c) < 0x21 or ord(c) == 0x7F for c in url):
        raise invalid("its address is too long or holds blanks")
    url = _from_web(kind, url)
    scheme, separator, rest = url.partition("://")
    if not separator or scheme.lower() not in _SCHEMES[kind]:
        raise invalid(f"an address of {kind} begins with {_SCHEMES[kind][0]}://")
    if "?" in rest or "%3f" in rest.lower():
        raise invalid("its address has options, which are not taken")
    return Address(
        ChatTarget(kind, url, _HOSTS.get(kind) or _host(rest)), _host_url(kind, scheme.lower(), rest)
    )


def _from_web(kind: str, url: str) -> str:
    """The address that a service shows for copying, in the form that has no options."""
    if not url.lower().startswith("https://"):
        return url
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise invalid("its address cannot be read") from None
    host = (parts.hostname or "").lower()
    if kind == "slack" and host == "hooks.slack.com" and (form := _SLACK.fullmatch(parts.path)):
        return f"slack://{form[1]}/{form[2]}/{form[3]}"
    if (
        kind == "discord"
        and host in ("discord.com", "discordapp.com")
        and (form := _DISCORD.fullmatch(parts.path))
    ):
        return f"discord://{form[1]}/{form[2]}"
    signature = parse_qs(parts.query).get("sig", [""])[0]
    if kind == "teams" and host and signature and (form := _WORKFLOW.fullmatch(parts.path)):
        return f"workflows://{host}:{port or 443}/{form[1]}/{signature}"
    raise invalid("its address is none that this service gives out")


def _host(rest: str) -> str:
    """Without a user in front and a port behind."""
    authority = re.split(r"[/#]", rest, maxsplit=1)[0].rpartition("@")[2]
    return authority if authority.startswith("[") else authority.partition(":")[0]


def _host_url(kind: str, scheme: str, rest: str) -> str | None:
    if kind in _HOSTS:
        return None
    authority = re.split(r"[/#]", rest, maxsplit=1)[0]
    # What stands before an @ is refused by the guard, as it is for every address.
    return f"{'http' if scheme == 'mmost' else 'https'}://{authority}/"
