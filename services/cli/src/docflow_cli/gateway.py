"""The gateway as the command line reaches it: which address, which key, and what its refusals become."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from docflow.domain.errors import Problem, TransientError, UserError
from docflow.runtime.local_state import LocalState
from docflow_client import ApiError, AsyncDocflowClient, Retries

_RETRIES = Retries(most=2)
"""Somebody sits in front of it: what stays silent is told within a second."""


@asynccontextmanager
async def open_gateway(
    url: str, key: str, *, transport: httpx.AsyncBaseTransport | None = None
) -> AsyncIterator[AsyncDocflowClient]:
    """Inside the block a refusal is a UserError with the gateway's code and places, silence a TransientError, as is a wait
    that was too short.
    """
    # A transport of our own: a proxy in the environment is not for addresses of this machine.
    network = transport or httpx.AsyncHTTPTransport()
    async with AsyncDocflowClient(url, key, transport=network, retries=_RETRIES) as client:
        try:
            yield client
        except ApiError as error:
            places = [Problem(place.pointer, place.message) for place in error.places]
            raise UserError(error.detail, code=error.code, problems=places) from error
        except TimeoutError as error:
            raise TransientError(f"{error}; it goes on, `docflow result` shows it", code="timeout") from error
        except httpx.HTTPError as error:
            raise TransientError(
                f"{url} does not answer ({type(error).__name__})", code="gateway_unreachable"
            ) from error


def address_of(home: Path) -> tuple[str, str]:
    """URL and key: DOCFLOW_API_URL and DOCFLOW_API_KEY, else those of the program that runs here."""
    url, key = os.environ.get("DOCFLOW_API_URL"), os.environ.get("DOCFLOW_API_KEY")
    if url and key:
        return url, key
    if url or key:
        missing = "DOCFLOW_API_KEY" if url else "DOCFLOW_API_URL"
        raise UserError(f"{missing} is not set; the address and its key go together", code="settings_missing")
    run = LocalState(home).run()
    if run is None:
        raise UserError(
            f"nothing runs in {home.absolute()}; start it with `docflow up`, "
            "or set DOCFLOW_API_URL and DOCFLOW_API_KEY",
            code="not_running",
        )
    return run.api_url, run.api_key
