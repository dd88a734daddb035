"""Chats through apprise: it knows how each service wants its message, and every call it makes goes through our guard."""

import asyncio
import logging
import sys
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import TYPE_CHECKING

from docflow.adapters.chat.addresses import PLUGINS, invalid, read_address
from docflow.domain.errors import DocflowError, PermanentError, TransientError
from docflow.domain.ports.chat import ChatTarget
from docflow.domain.ports.egress import Egress

if TYPE_CHECKING:
    from apprise import NotifyBase

    from docflow.adapters.chat.requests import Sending

TIMEOUT_S = 10.0
AT_ONCE = 16
"""Messages under way; a thread each."""
MAX_RETRY_AFTER_S = 3_600.0
_PACKAGE = "apprise.plugins."


class AppriseChat:
    def __init__(self, egress: Egress, *, timeout_s: float = TIMEOUT_S) -> None:
        self._egress = egress
        self._timeout_s = timeout_s
        # Each is held until its service answers: in the loop's own pool they would keep files from being written.
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="chat")

    async def check(self, kind: str, url: str) -> ChatTarget:
        address = read_address(kind, url)
        if address.host_url is not None:
            await self._egress.check(address.host_url)
        await asyncio.to_thread(_plugin, address.target.url)
        return address.target

    async def send(self, url: str, title: str, text: str) -> None:
        from docflow.adapters.chat.requests import Sending

        sending = Sending(self._egress, asyncio.get_running_loop(), self._timeout_s)
        call = partial(copy_context().run, _notify, sending, url, title, text)
        taken = await sending.loop.run_in_executor(self._threads, call)
        if not taken:
            raise _why(sending)


def _notify(sending: "Sending", url: str, title: str, text: str) -> bool:
    """In a thread of its own, whose context holds the sending."""
    from docflow.adapters.chat.requests import SENDING

    SENDING.set(sending)
    return bool(_plugin(url).notify(body=text, title=title, body_format="text"))


def _plugin(url: str) -> "NotifyBase":
    """Raises UserError `channel_invalid`. Its module has our calls instead of the library's before it makes any."""
    from apprise import Apprise, AppriseAsset

    from docflow.adapters.chat.requests import GuardedRequests

    # It would log addresses and answers, which hold secrets.
    logging.getLogger("apprise").disabled = True
    asset = AppriseAsset(
        app_id="DocFlow AI",
        app_desc="DocFlow AI",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        async_mode=False,
    )
    plugin = Apprise.instantiate(url, asset=asset, suppress_exceptions=True)
    name = type(plugin).__module__
    if plugin is None or name.removeprefix(_PACKAGE) not in PLUGINS:
        raise invalid("its address is not complete")
    module = sys.modules[name]
    if not isinstance(module.requests, GuardedRequests):
        module.requests = GuardedRequests()  # type: ignore[attr-defined]
    return plugin


def _why(sending: "Sending") -> DocflowError:
    if sending.trouble is not None:
        return sending.trouble
    if not sending.answers:
        return PermanentError("the channel cannot be used: nothing could be sent", code="channel_invalid")
    answer = sending.answers[-1]
    told = f"the service answered {answer.status}"
    if answer.status == 429 or answer.status >= 500:
        return TransientError(
            told, code="receiver_refused", after_s=_after_s(answer.headers.get("retry-after", ""))
        )
    return PermanentError(told, code="channel_refused")


def _after_s(given: str) -> float:
    return (
        min(float(given), MAX_RETRY_AFTER_S)
        if given.isascii() and given.isdigit() and len(given) < 9
        else 1.0
    )
