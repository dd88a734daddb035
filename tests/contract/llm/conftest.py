from collections.abc import AsyncIterator, Callable

import pytest
from docflow.adapters.clock.system import SystemClock
from docflow.adapters.llm.anthropic.vendor import AnthropicVendor
from docflow.adapters.llm.openai.profiles import GEMINI, OLLAMA, OPENAI, VLLM, Profile
from docflow.adapters.llm.openai.vendor import OpenAIVendor
from docflow.domain.ports.llm import Vendor

from tests.llm_loopback.server import Loopback

MODELS = {
    "anthropic": "claude-haiku-5-5",
    "openai": "gpt-6.1-terra",
    "gemini": "gemini-flash-latest",
    "vllm": "qwen3-vl-8b",
    "ollama": "qwen3-vl:8b",
}
PROFILES: dict[str, Profile] = {one.name: one for one in (OPENAI, GEMINI, VLLM, OLLAMA)}

OpenVendor = Callable[..., Vendor]


@pytest.fixture
async def loopback() -> AsyncIterator[Loopback]:
    async with Loopback().running() as running:
        yield running


@pytest.fixture
async def open_vendor(loopback: Loopback) -> AsyncIterator[OpenVendor]:
    """Opens a vendor by name against the loopback, and closes it after the test."""
    opened: list[Vendor] = []

    def open_one(name: str, key: str = "key", url: str | None = None) -> Vendor:
        base = url or loopback.url
        opened.append(
            AnthropicVendor(key, SystemClock(), base_url=base)
            if name == "anthropic"
            else OpenAIVendor(key, SystemClock(), profile=PROFILES[name], base_url=f"{base}/v1")
        )
        return opened[-1]

    yield open_one
    for vendor in opened:
        await vendor.aclose()


@pytest.fixture(params=["anthropic", "openai"])
def kind(request: pytest.FixtureRequest) -> str:
    """Both protocols."""
    return str(request.param)


@pytest.fixture
def vendor(open_vendor: OpenVendor, kind: str) -> Vendor:
    return open_vendor(kind)


@pytest.fixture
def model(kind: str) -> str:
    return MODELS[kind]
