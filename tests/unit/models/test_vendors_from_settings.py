import pytest
from docflow.adapters.clock.system import SystemClock
from docflow.runtime.settings import LlmSettings, VendorSettings
from docflow.runtime.vendors import vendors_from
from pydantic import SecretStr


def test_without_a_key_there_is_no_vendor() -> None:
    assert dict(vendors_from(LlmSettings(), SystemClock())) == {}


async def test_each_vendor_with_a_key_or_an_address_is_there() -> None:
    keyed, addressed = (
        VendorSettings(api_key=SecretStr("k")),
        VendorSettings(base_url="http://127.0.0.1:9/v1"),
    )
    vendors = vendors_from(
        LlmSettings(anthropic=keyed, openai=keyed, gemini=keyed, vllm=addressed, ollama=addressed),
        SystemClock(),
    )
    assert [vendor.name for vendor in vendors.values()] == list(vendors)
    assert list(vendors) == ["anthropic", "openai", "gemini", "vllm", "ollama"]
    for vendor in vendors.values():
        await vendor.aclose()


def test_a_server_of_ones_own_needs_its_address() -> None:
    with pytest.raises(ValueError, match="base URL"):
        vendors_from(LlmSettings(vllm=VendorSettings(api_key=SecretStr("k"))), SystemClock())
