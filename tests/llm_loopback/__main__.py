"""`python -m tests.llm_loopback --port 8400`: both vendors on this machine, until interrupted."""

import argparse
import asyncio
import sys
from contextlib import suppress
from pathlib import Path

import orjson

from tests.llm_loopback.faults import Fault
from tests.llm_loopback.server import Loopback


async def _serve(given: argparse.Namespace) -> None:
    fixtures = orjson.loads(given.fixtures.read_bytes()) if given.fixtures else {}
    loopback = Loopback(fixtures, latency_s=given.latency_s)
    if given.script:
        loopback.script.add(*(Fault.of(one) for one in orjson.loads(given.script.read_bytes())))
    async with loopback.running(given.host, given.port):
        print(f"anthropic {loopback.url}  openai {loopback.url}/v1", flush=True)
        await (_end_of_input() if given.until_eof else asyncio.Event().wait())


async def _end_of_input() -> None:
    """Until whoever started it is gone, however it went."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    await reader.read()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8400, help="0 = any free one")
    parser.add_argument("--latency-s", type=float, default=0.0, help="before each answer")
    parser.add_argument("--until-eof", action="store_true", help="end with the standard input")
    parser.add_argument("--fixtures", type=Path, help="JSON: answers by SHA-256 of the first picture")
    parser.add_argument("--script", type=Path, help="JSON: a list of faults")
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(parser.parse_args()))


if __name__ == "__main__":
    main()
