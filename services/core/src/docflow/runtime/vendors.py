"""The vendors whose models may be asked, by name. Building one imports its SDK, which takes about a second: at start."""

from collections.abc import Mapping

from docflow.domain.ports.clock import Clock
from docflow.domain.ports.llm import Vendor
from docflow.runtime.settings import LlmSettings, VendorSettings

NAMES = ("anthropic", "openai", "gemini", "vllm", "ollama")


def vendors_from(settings: LlmSettings, clock: Clock) -> Mapping[str, Vendor]:
    """Those that are set up; the caller closes them. Raises ValueError for one that lacks its address."""
    given: dict[str, VendorSettings] = {name: getattr(settings, name) for name in NAMES}
    return {name: _vendor(name, one, clock) for name, one in given.items() if one.api_key or one.base_url}


def _vendor(name: str, given: VendorSettings, clock: Clock) -> Vendor:
    key = given.api_key.get_secret_value() if given.api_key else ""
    if name == "anthropic":
        from docflow.adapters.llm.anthropic.vendor import BASE_URL, AnthropicVendor

        return AnthropicVendor(key, clock, base_url=given.base_url or BASE_URL)
    from docflow.adapters.llm.openai.profiles import PROFILES
    from docflow.adapters.llm.openai.vendor import OpenAIVendor

    return OpenAIVendor(key, clock, profile=PROFILES[name], base_url=given.base_url)
