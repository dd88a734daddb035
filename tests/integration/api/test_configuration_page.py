"""The commands of docs/configuration.md, as a reader runs them."""

import asyncio
import os
import re
import shutil
import sys
from pathlib import Path

import pytest
from docflow.testing.factories import Tenancy

from tests.integration.api.conftest import KeyFor, World, form
from tests.integration.api.test_serving import served

__all__ = ["served"]

PAGE = Path(__file__).parents[3] / "docs" / "configuration.md"
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


async def test_the_example_puts_a_type_of_ones_own_in_force(
    served: World, two_clients: tuple[Tenancy, Tenancy], key_for: KeyFor
) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not here")
    acme, _ = two_clients
    headers = await key_for(acme)
    settings = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "no_proxy": "127.0.0.1",
        "API": str(served.http.base_url).rstrip("/"),
        "KEY": headers["Authorization"].removeprefix("Bearer "),
        "SLUG": acme.slug,
    }
    script = "set -eu\n" + "".join(BLOCK.findall(PAGE.read_text(encoding="utf-8")))
    shell = await asyncio.create_subprocess_exec(
        "/bin/sh",
        "-c",
        script,
        env=settings,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await shell.communicate()
    assert (shell.returncode, told.decode().splitlines()[-1][-9:]) == (0, "published"), told.decode()
    sent = form(acme, process_type_id=f"{acme.slug}.lease")
    answer = await served.http.post("/v1/processes", headers=headers, **sent)
    assert (answer.status_code, answer.json()["config_version"]) == (202, 1)
