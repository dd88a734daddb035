"""What the platform adds to recognising text: receipts through all stages beside the bare engine on as many processes.

`python -m tests.load.receipts [RECEIPTS]` (some minutes; needs the labelled sets beside the repository)
"""

import asyncio
import json
import statistics
import sys
import time
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any

import httpx
from docflow.adapters.workbench.processes import PoolLimits, ProcessWorkbench
from docflow_cli.evaluation import words_of
from docflow_ocr.pages.opening import draw_page

from tests.e2e.documents import DEMO, RECEIPT
from tests.e2e.program import Program
from tests.load.flow import running
from tests.load.homes import a_home
from tests.load.reading import LIMITS, SHARED

PROCESSES = 2
CHILD_BYTES = 2 * 1024**3
CALL_S = 120.0
LONGEST_S = 900.0
LOOK_S = 0.5
SETTLED = {"completed", "hitl_review", "failed"}


def measure(count: int | None = None) -> dict[str, float]:
    """`receipts_over_ocr` is the platform's wall time over the engine's, both on two OCR processes."""
    files = sorted((SHARED / "data" / "sroie" / "images").glob("*.jpg"))[:count]
    bare_s, cpu_s = asyncio.run(_bare([path.read_bytes() for path in files]))
    with a_home() as home, running(home) as program, program.http() as http:
        _warm(http)
        through_s = _through(program, http, files)
    return {
        "receipts": float(len(files)),
        "receipt_ocr_cpu_p50_s": statistics.median(cpu_s),
        "receipt_ocr_cpu_mean_s": statistics.fmean(cpu_s),
        "receipts_ocr_s": bare_s,
        "receipts_platform_s": through_s,
        "receipts_over_ocr": through_s / bare_s,
    }


async def _bare(files: Sequence[bytes]) -> tuple[float, list[float]]:
    """Wall time of all pages drawn and read, and the processor seconds of reading each."""
    pools = {name: PoolLimits(PROCESSES, CHILD_BYTES) for name in ("parse", "ocr")}
    async with aclosing(ProcessWorkbench(pools)) as workbench:
        at_once = asyncio.Semaphore(2 * PROCESSES)

        async def one(data: bytes) -> float:
            async with at_once:
                picture = await workbench.run(draw_page, data, "image/jpeg", 1, LIMITS, timeout_s=CALL_S)
                _, cpu_s = await workbench.run(words_of, picture, timeout_s=CALL_S, pool="ocr")
                return cpu_s

        # The first page of a child loads its models.
        await asyncio.gather(*(one(data) for data in files[: 2 * PROCESSES]))
        began = time.perf_counter()
        cpu_s = await asyncio.gather(*(one(data) for data in files))
        return time.perf_counter() - began, list(cpu_s)


def _warm(http: httpx.Client) -> None:
    sent = [
        _send(http, f"warm-{turn}.jpg", (DEMO / RECEIPT).read_bytes() + bytes([turn]))
        for turn in range(2 * PROCESSES)
    ]
    _wait(http, sent)


def _through(program: Program, http: httpx.Client, files: Sequence[Path]) -> float:
    began = time.perf_counter()
    sent = [_send(http, path.name, path.read_bytes()) for path in files]
    ended = _wait(http, sent)
    seconds = time.perf_counter() - began
    if "failed" in ended:
        raise SystemExit(f"{ended.count('failed')} receipts failed: {program.said()[-1000:]}")
    return seconds


def _send(http: httpx.Client, name: str, data: bytes) -> str:
    answer = http.post(
        "/v1/processes",
        data={"process_type_id": "expense_receipt"},
        files={"files": (name, data, "image/jpeg")},
    )
    answer.raise_for_status()
    made: dict[str, Any] = answer.json()
    return str(made["process_id"])


def _wait(http: httpx.Client, sent: Sequence[str]) -> list[str]:
    """The statuses in which they settled; the last one is waited for first, since all go in turn."""
    until, statuses = time.monotonic() + LONGEST_S, []
    for process_id in reversed(sent):
        while (status := http.get(f"/v1/processes/{process_id}").json()["status"]) not in SETTLED:
            if time.monotonic() > until:
                raise SystemExit("the receipts take too long")
            time.sleep(LOOK_S)
        statuses.append(status)
    return statuses


if __name__ == "__main__":
    if not SHARED.is_dir():
        sys.exit("the labelled sets are not beside the repository")
    given = int(sys.argv[1]) if len(sys.argv) > 1 else None
    print(json.dumps({name: round(value, 3) for name, value in measure(given).items()}))
