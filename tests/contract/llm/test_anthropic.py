"""What only Claude's adapter does."""

import pytest
from docflow.domain.ports.llm import Outcome, Trouble, VendorBusy

from tests.contract.llm.asking import question
from tests.contract.llm.conftest import OpenVendor
from tests.llm_loopback.faults import Fault, Kind
from tests.llm_loopback.server import Loopback


@pytest.mark.parametrize(
    "model", ["claude-haiku-5-5", "claude-sonnet-5-5", "claude-opus-5-5", "claude-fable-5-2"]
)
async def test_each_model_gets_the_thinking_it_takes(open_vendor: OpenVendor, model: str) -> None:
    assert (await open_vendor("anthropic").complete(question(model))).outcome is Outcome.COMPLETE


async def test_thinking_that_cannot_be_switched_off_has_its_own_room(open_vendor: OpenVendor) -> None:
    vendor = open_vendor("anthropic")
    opus, haiku = (vendor.estimate(question(model)) for model in ("claude-opus-5-5", "claude-haiku-5-5"))
    assert opus.tokens_output == haiku.tokens_output + 4096


async def test_a_stream_that_fails_tells_what_it_had_read(
    open_vendor: OpenVendor, loopback: Loopback
) -> None:
    loopback.script.add(Fault(Kind.STREAM_ERROR))
    with pytest.raises(VendorBusy) as raised:
        await open_vendor("anthropic").complete(question("claude-haiku-5-5", max_output_tokens=30_000))
    assert raised.value.trouble is Trouble.OVERLOADED
    assert raised.value.usage.tokens_prompt > 500


async def test_the_environment_of_the_process_is_not_asked_for_a_key(
    open_vendor: OpenVendor, loopback: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "revoked")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("OPENAI_API_KEY", "revoked")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9")
    assert (await open_vendor("anthropic").complete(question("claude-haiku-5-5"))).data
    assert (await open_vendor("openai").complete(question("gpt-6.1-terra"))).data
