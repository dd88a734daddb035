"""Two model vendors on this machine, for the demo: the server that the tests speak to, run from a clone as a program."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from docflow.domain.errors import TransientError, UserError
from docflow.domain.json_types import JsonObject
from docflow.runtime.settings import Settings, VendorSettings
from pydantic import SecretStr

_KEY = SecretStr("loopback")
_STOP_S = 5.0


@dataclass(frozen=True, slots=True)
class Loopback:
    url: str

    def settings(self, settings: Settings) -> Settings:
        """With both vendors at this address, whatever keys there are: nothing leaves the machine."""
        vendors = {
            "anthropic": VendorSettings(api_key=_KEY, base_url=self.url),
            "openai": VendorSettings(api_key=_KEY, base_url=f"{self.url}/v1"),
            **{name: VendorSettings() for name in ("gemini", "vllm", "ollama")},
        }
        return settings.model_copy(update={"llm": settings.llm.model_copy(update=vendors)})

    def fails_with(self, faults: Sequence[JsonObject]) -> None:
        """What goes wrong from now on."""
        # A proxy in the environment is not for addresses of this machine.
        with httpx.Client(base_url=self.url, transport=httpx.HTTPTransport()) as http:
            http.put("/__admin/script", json=list(faults)).raise_for_status()

    def is_well(self) -> None:
        """Nothing goes wrong any more; what the vendors had in their caches is gone, too."""
        with httpx.Client(base_url=self.url, transport=httpx.HTTPTransport()) as http:
            http.delete("/__admin").raise_for_status()


@contextmanager
def open_loopback(clone: Path | None = None) -> Iterator[Loopback]:
    """Ends with the block, and with this process. Raises UserError `loopback_missing` outside a clone."""
    folder = clone or Path(__file__).parents[4]
    if not (folder / "tests" / "llm_loopback" / "__main__.py").is_file():
        raise UserError(
            f"there is no tests/llm_loopback in {folder}; run the demo with models from a clone",
            code="loopback_missing",
        )
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.llm_loopback", "--port", "0", "--until-eof"],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # a Ctrl-C is for the program that asks
    )
    try:
        yield Loopback(_address(child))
    finally:
        child.terminate()
        try:
            child.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()


def _address(child: "subprocess.Popen[str]") -> str:
    """From its first line, `anthropic URL  openai URL/v1`."""
    said = child.stdout.readline().split() if child.stdout else []
    if len(said) < 2:
        raise TransientError("the model server of the demo did not start", code="start_failed")
    return said[1]
