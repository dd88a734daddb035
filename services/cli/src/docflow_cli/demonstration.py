"""The demo: submit the samples, watch them move, show what was read and who has to look at what."""

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from docflow.domain.errors import UserError
from docflow_client import AsyncDocflowClient, Process, Reason, Result
from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

_SOURCES = {"xml": "XML inside", "text_layer": "text layer", "ocr": "text recognition"}
COLOURS = {"completed": "green", "hitl_review": "yellow", "failed": "red", "cancelled": "red"}
_READ = frozenset({"completed", "hitl_review"})
_KEY_FIELDS = (
    ("invoice_number", "seller_name", "grand_total", "currency"),
    ("company", "date", "total", "currency"),
)
_SHOWN_FIELDS = 4
_SHOWN_CHARACTERS = 40
_WIDTH = 150
_POLL_S = 0.4


@dataclass(frozen=True, slots=True)
class Sample:
    """`expected` holds `status` and, where it matters, the error's `code` or the hold's `reason`."""

    path: Path
    name: str
    process_type: str
    expected: Mapping[str, str]

    @property
    def external_id(self) -> str:
        return f"demo-{self.name}"


@dataclass(frozen=True, slots=True)
class Outcome:
    sample: Sample
    process: Process
    result: Result | None

    @property
    def reasons(self) -> list[Reason]:
        return self.process.review_reasons

    @property
    def code(self) -> str | None:
        return self.process.error.code if self.process.error else None

    @property
    def as_expected(self) -> bool:
        wanted = self.sample.expected
        return (
            self.process.status == wanted["status"]
            and wanted.get("code") in (None, self.code)
            and (wanted.get("reason") is None or wanted["reason"] in {each.code for each in self.reasons})
        )


def read_samples(folder: Path | None) -> list[Sample]:
    folder = folder or Path(__file__).parents[4] / "tests" / "data" / "demo"
    manifest = folder / "manifest.json"
    if not manifest.is_file():
        raise UserError(f"there are no demo documents at {folder}; run it from a clone", code="demo_missing")
    return [
        Sample(folder / each["file"], each["upload_as"], each["process_type"], each["expected"])
        for each in json.loads(manifest.read_text(encoding="utf-8"))["documents"]
    ]


async def demonstrate(
    gateway: AsyncDocflowClient, samples: Sequence[Sample], *, timeout_s: float, console: Console
) -> bool:
    """True when every document reached its expected state.

    Documents of an earlier demo in this installation are picked up where they are, not submitted again: to the
    platform a second submission would be a duplicate of the first.
    """
    began = time.monotonic()
    processes, earlier = await _submit(gateway, samples)
    if earlier:
        console.print(
            f"{earlier} of {len(samples)} documents are here from an earlier demo, shown as they stand"
        )
    await _watch(gateway, samples, processes, console, timeout_s)
    outcomes = [
        Outcome(sample, process, await _result(gateway, process))
        for sample, process in zip(samples, processes, strict=True)
    ]
    console.print(_table(outcomes))
    _print_held(outcomes, console)
    good = sum(each.as_expected for each in outcomes)
    console.print(
        f"{good} of {len(outcomes)} documents reached their expected state, {time.monotonic() - began:.1f} s"
    )
    for each in outcomes:
        if not each.as_expected:
            console.print(
                f"  [red]{each.sample.name}[/]: expected {dict(each.sample.expected)}, is {_state(each)}"
            )
    return good == len(outcomes)


async def _submit(gateway: AsyncDocflowClient, samples: Sequence[Sample]) -> tuple[list[Process], int]:
    """In the manifest's order: a duplicate comes after what it repeats. Also says how many were here before."""
    processes: list[Process] = []
    earlier = 0
    for sample in samples:
        here = [each async for each in gateway.processes.list(external_id=sample.external_id)]
        earlier += bool(here)
        processes.append(here[0] if here else await _send(gateway, sample))
    return processes, earlier


async def _send(gateway: AsyncDocflowClient, sample: Sample) -> Process:
    content = await asyncio.to_thread(sample.path.read_bytes)
    name = sample.external_id
    return await gateway.processes.submit(
        [(sample.name, content)], sample.process_type, external_id=name, idempotency_key=name
    )


async def _watch(
    gateway: AsyncDocflowClient,
    samples: Sequence[Sample],
    processes: list[Process],
    out: Console,
    timeout_s: float,
) -> None:
    """Follow `processes` in place until all are final or the time is over."""
    until = time.monotonic() + timeout_s
    since = min(each.created_at for each in processes) - timedelta(seconds=1)
    with Live(_progress(samples, processes), console=out, transient=True, refresh_per_second=8) as live:
        while not all(each.is_settled for each in processes) and time.monotonic() < until:
            await asyncio.sleep(_POLL_S)
            now = {
                each.process_id: each async for each in gateway.processes.list(created_after=since, limit=100)
            }
            for index, process in enumerate(processes):
                if not process.is_settled:
                    processes[index] = now.get(process.process_id) or await gateway.processes.get(
                        process.process_id
                    )
            live.update(_progress(samples, processes))


async def _result(gateway: AsyncDocflowClient, process: Process) -> Result | None:
    return await gateway.processes.result(process.process_id) if process.status in _READ else None


def _progress(samples: Sequence[Sample], processes: Sequence[Process]) -> Table:
    table = Table.grid(padding=(0, 2))
    for sample, process in zip(samples, processes, strict=True):
        state = process.status if process.is_settled else f"{process.status} ({process.current_stage})"
        table.add_row(sample.name, Text(state, style=COLOURS.get(process.status, "cyan")))
    return table


def _table(outcomes: Sequence[Outcome]) -> Table:
    table = Table(title="What was read", title_justify="left")
    for name in ("file", "type", "status"):
        table.add_column(name, no_wrap=True)
    table.add_column("key fields", overflow="fold", min_width=24)
    for name in ("confidence", "seconds"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("read from", no_wrap=True)
    for each in outcomes:
        table.add_row(
            each.sample.name,
            each.sample.process_type,
            Text(_state(each), style=COLOURS.get(each.process.status, "cyan")),
            Text(_key_fields(each.result)),
            _confidence(each.process),
            f"{(each.process.updated_at - each.process.created_at).total_seconds():.1f}",
            _source(each.process),
        )
    return table


def _state(outcome: Outcome) -> str:
    return outcome.process.status + (f": {outcome.code}" if outcome.code else "")


def _key_fields(result: Result | None) -> str:
    """The few values by which a person knows the document again."""
    fields = result.fields_ if result else {}
    present = {name: field.value for name, field in fields.items() if field and field.value not in (None, "")}
    names = next((each for each in _KEY_FIELDS if each[0] in present), tuple(present)[:_SHOWN_FIELDS])
    return ", ".join(str(present[name])[:_SHOWN_CHARACTERS] for name in names if name in present) or "-"


def _confidence(process: Process) -> str:
    return "-" if process.overall_confidence is None else f"{process.overall_confidence:.2f}"


def _source(process: Process) -> str:
    source = process.documents[0].text_source if process.documents else None
    return _SOURCES.get(source or "", "-")


def console_for_people() -> Console:
    """As wide as the terminal; where there is none, wide enough that the table keeps its lines."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=_WIDTH)


def _print_held(outcomes: Sequence[Outcome], out: Console) -> None:
    held = [each for each in outcomes if each.process.status == "hitl_review"]
    if not held:
        return
    out.print(f"[yellow]{len(held)} wait for a person:[/]")
    for each in held:
        out.print(f"  {each.sample.name}")
        for reason in each.reasons:
            field = f" ({reason.field})" if reason.field else ""
            out.print(Text(f"    {reason.code}{field}: {reason.message}"))
