"""The loopback answers a list of requests as the vendors do; `make test-live` asks the vendors themselves.

Live runs cost money (less than a cent) and need a key in DOCFLOW_LLM__<VENDOR>__API_KEY, or for servers of one's own an
address in DOCFLOW_LLM__<VENDOR>__BASE_URL. DOCFLOW_LIVE_MODEL names another model than the default one.
"""

import os
from functools import reduce
from typing import Any

import httpx
import pytest
from docflow.adapters.clock.system import SystemClock
from docflow.domain.ports.llm import Outcome
from docflow.features.reading.by_model import ModelReader
from docflow.runtime.settings import LlmSettings, VendorSettings
from docflow.runtime.vendors import NAMES, vendors_from
from pydantic import SecretStr

from tests.contract.llm.asking import extract_request, question
from tests.contract.llm.conftest import MODELS
from tests.contract.llm.exchanges import EXCHANGES, Exchange
from tests.llm_loopback.server import Loopback

ADDRESSES = {"anthropic": "https://api.anthropic.com", "openai": "https://api.openai.com"}


def _given(vendor: str) -> VendorSettings:
    """As the operator's environment has it; skips, and says so, where there is nothing."""
    prefix = f"DOCFLOW_LLM__{vendor.upper()}__"
    key, address = os.environ.get(f"{prefix}API_KEY"), os.environ.get(f"{prefix}BASE_URL")
    if not key and not address:
        pytest.skip(f"{prefix}API_KEY is not set")
    return VendorSettings(api_key=SecretStr(key) if key else None, base_url=address or None)


async def _check(exchange: Exchange, address: str, key: str) -> None:
    headers = {"authorization": f"Bearer {exchange.key or key}", **exchange.headers}
    async with httpx.AsyncClient(base_url=address, headers=headers, timeout=60) as client:
        method = "GET" if exchange.body is None else "POST"
        answer = await client.request(method, exchange.path, json=exchange.body)
    assert answer.status_code == exchange.status
    body = answer.json()
    assert [name for name in exchange.names if not _has(body, name)] == []


def _has(body: Any, name: str) -> bool:
    missing = object()
    found = reduce(
        lambda node, step: node.get(step, missing) if isinstance(node, dict) else missing,
        name.split("."),
        body,
    )
    return found is not missing


_named = pytest.mark.parametrize("exchange", EXCHANGES, ids=lambda one: f"{one.vendor}: {one.what}")


@_named
async def test_the_loopback_answers_as_the_vendor_does(loopback: Loopback, exchange: Exchange) -> None:
    await _check(exchange, loopback.url, "key")


@pytest.mark.live
@_named
async def test_the_vendor_answers_as_the_loopback_does(exchange: Exchange) -> None:
    given = _given(exchange.vendor)
    address = (given.base_url or ADDRESSES[exchange.vendor]).removesuffix("/v1")
    await _check(exchange, address, given.api_key.get_secret_value() if given.api_key else "none")


@pytest.mark.live
@pytest.mark.parametrize("name", NAMES)
async def test_a_real_model_reads_a_document_within_the_estimate(name: str) -> None:
    model = os.environ.get("DOCFLOW_LIVE_MODEL", MODELS[name])
    vendor = vendors_from(LlmSettings().model_copy(update={name: _given(name)}), SystemClock())[name]
    try:
        asked = question(model)
        done = await vendor.complete(asked)
        assert done.outcome is Outcome.COMPLETE
        assert done.usage.tokens_prompt <= vendor.estimate(asked).tokens_input
        read = await ModelReader(vendor).extract(extract_request(model))
        assert read.fields["invoice_number"][0].text == "A-17"
        assert len(read.tables["line_items"]) == 2
    finally:
        await vendor.aclose()
