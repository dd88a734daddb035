"""From a laptop to ten million documents a day: which service needs how many processes, and what is full first.

A discrete-event model. A document walks through the services in order and takes at each what `tests.load.costs`
measured; a process works on one thing at a time, documents wait in line. On one machine all share its cores in short
turns. Left out: the network between machines, and contention inside PostgreSQL beyond its processor time.

`python -m tests.load.capacity [--costs FILE]`: the model beside measured runs, then the plans, as Markdown.
"""

import argparse
import json
import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import simpy

MEASURED = Path(__file__).with_name("costs.json")
STAGES = ("backend-api", "worker-ocr", "worker-processor", "worker-output")
BESIDE = ("service-audit", "rabbitmq")
"""They work on what a document left behind; nobody waits for them."""
DATABASE = "postgresql"
HANDOVER_S = 0.025
"""From the end of a stage to the begin of the next, as measured (docs/performance.md)."""
TURN_S = 0.004
"""Of a core that several processes share."""
BUSY = 0.6
"""A plan keeps every service below this share of its processes in the busiest hour."""
PEAK = 3.0
"""The busiest hour over the mean of a day."""
DAY_S = 86_400.0

Costs = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Plan:
    """Processes of each service, one core each; with `cores`, all of them share that many instead."""

    processes: Mapping[str, int]
    cores: int | None = None


@dataclass(slots=True)
class Run:
    """What a simulation saw; seconds of documents in the order they ended."""

    per_s: float
    seconds: list[float]
    busy: dict[str, float]
    """Share of its processes; with shared cores, of the machine."""

    def quantile_s(self, share: float) -> float:
        return sorted(self.seconds)[min(len(self.seconds) - 1, int(share * len(self.seconds)))]


@dataclass
class _Line:
    """A service: a line before its processes, and on a shared machine a second one before the cores."""

    world: simpy.Environment
    processes: int
    cores: simpy.Resource | None
    spent_s: float = 0.0
    _own: simpy.Resource = field(init=False)

    def __post_init__(self) -> None:
        self._own = simpy.Resource(self.world, self.processes)

    def work(self, seconds: float) -> Iterator[simpy.Event]:
        with self._own.request() as turn:
            yield turn
            left = seconds
            while left > 1e-9:
                slice_s = min(left, TURN_S) if self.cores else left
                yield from self._on_a_core(slice_s)
                left -= slice_s
        self.spent_s += seconds

    def _on_a_core(self, seconds: float) -> Iterator[simpy.Event]:
        if self.cores is None:
            yield self.world.timeout(seconds)
            return
        with self.cores.request() as core:
            yield core
            yield self.world.timeout(seconds)


class _Simulation:
    def __init__(self, costs: Mapping[str, float], plan: Plan, chance: random.Random) -> None:
        self.world = simpy.Environment()
        self._costs, self._plan, self._chance = costs, plan, chance
        cores = simpy.Resource(self.world, plan.cores) if plan.cores else None
        self._lines = {name: _Line(self.world, count, cores) for name, count in plan.processes.items()}
        self.seconds: list[float] = []

    def document(self) -> Iterator[simpy.Event]:
        began = self.world.now
        for number, name in enumerate(STAGES):
            if number:
                yield self.world.timeout(HANDOVER_S)
            yield from self._lines[name].work(self._costs[name])
            yield from self._lines[DATABASE].work(self._costs[DATABASE] / len(STAGES))
        self.seconds.append(self.world.now - began)
        for name in BESIDE:
            self.world.process(self._lines[name].work(self._costs[name]))

    def arriving(self, per_s: float, count: int) -> Iterator[simpy.Event]:
        """At random moments, as from many senders who do not know of each other."""
        for _ in range(count):
            yield self.world.timeout(self._chance.expovariate(per_s))
            self.world.process(self.document())

    def sending(self, count: int) -> Iterator[simpy.Event]:
        """One sender: each document waits for the one before it."""
        for _ in range(count):
            yield self.world.process(self.document())

    def run(self) -> Run:
        self.world.run()
        took_s = self.world.now
        machine = {name: self._plan.cores or count for name, count in self._plan.processes.items()}
        return Run(
            len(self.seconds) / took_s,
            self.seconds,
            {name: line.spent_s / took_s / machine[name] for name, line in self._lines.items()},
        )


def with_senders(costs: Mapping[str, float], plan: Plan, senders: int, documents: int) -> Run:
    """A closed system: so many senders, each waiting for its document."""
    simulation = _Simulation(costs, plan, random.Random(1))
    for _ in range(senders):
        simulation.world.process(simulation.sending(documents // senders))
    return simulation.run()


def with_arrivals(costs: Mapping[str, float], plan: Plan, per_s: float, documents: int) -> Run:
    """An open system: documents come at a mean rate, whether the ones before are done or not."""
    simulation = _Simulation(costs, plan, random.Random(1))
    simulation.world.process(simulation.arriving(per_s, documents))
    return simulation.run()


def mixed(costs: Costs, shares: Mapping[str, float]) -> dict[str, float]:
    """Processor seconds by service of a mean document."""
    names = (*STAGES, *BESIDE, DATABASE)
    return {name: sum(share * costs[kind]["cpu_s"][name] for kind, share in shares.items()) for name in names}


def plan_for(costs: Mapping[str, float], per_s: float) -> Plan:
    """The fewest processes that stay below `BUSY`."""
    return Plan({name: max(1, math.ceil(per_s * seconds / BUSY)) for name, seconds in costs.items()})


def one_machine(cores: int, ocr_processes: int = 2) -> Plan:
    """As `docflow up` runs: one process of each, the children of the reader, all on the machine's cores."""
    alone = dict.fromkeys((*STAGES, *BESIDE), 1)
    return Plan({**alone, "worker-ocr": ocr_processes, DATABASE: cores}, cores)


MIX = {"e_invoice": 0.3, "born_digital": 0.5, "receipt": 0.2}
PLACES = ("10 thousand", "100 thousand", "1 million", "10 million")
RATES = (1e4, 1e5, 1e6, 1e7)


def beside_measured(measured: Costs, machine_cores: int) -> Iterator[str]:
    """The model's rate on a machine like the one that was measured, with as many documents open as it had."""
    yield "| document | measured, a second | model | apart |"
    yield "| --- | --- | --- | --- |"
    for kind, cost in measured.items():
        run = with_senders(cost["cpu_s"], one_machine(machine_cores), senders=8, documents=160)
        apart = run.per_s / cost["per_s"] - 1
        yield f"| {kind} | {cost['per_s']:.2f} | {run.per_s:.2f} | {apart:+.0%} |"


def plans(measured: Costs) -> Iterator[str]:
    costs = mixed(measured, MIX)
    yield "| documents a day | in the busiest second | cores by service | p50, p95 | busiest | database log |"
    yield "| --- | --- | --- | --- | --- | --- |"
    log_bytes = sum(share * measured[kind]["log_bytes"] for kind, share in MIX.items())
    for place, per_day in zip(PLACES, RATES, strict=True):
        per_s = per_day / DAY_S * PEAK
        plan = plan_for(costs, per_s)
        run = with_arrivals(costs, plan, per_s, documents=int(min(20_000, max(2_000, 60 * per_s))))
        cores = ", ".join(f"{name.removeprefix('worker-')} {count}" for name, count in plan.processes.items())
        busiest = max(run.busy, key=lambda name: run.busy[name])
        yield (
            f"| {place} | {per_s:.1f} | {cores} | {run.quantile_s(0.5):.2f} s, {run.quantile_s(0.95):.2f} s "
            f"| {busiest} {run.busy[busiest]:.0%} | {per_s * log_bytes / 1e6:.1f} MB/s |"
        )


def table_of(lines: Sequence[str]) -> str:
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.load.capacity")
    parser.add_argument("--costs", type=Path, default=MEASURED, help="what tests.load.costs wrote")
    told = json.loads(parser.parse_args().costs.read_text(encoding="utf-8"))
    measured = told["costs"]
    print(table_of([*beside_measured(measured, told["cores"]), "", *plans(measured)]))
    mean = mixed(measured, MIX)
    share = mean[DATABASE]
    print(
        f"\nA mean document takes {sum(mean.values()):.3f} s of processor time, {share:.3f} s of it in the database: "
        f"a database of 32 cores is full at {32 * BUSY / share:.0f} a second."
    )


if __name__ == "__main__":
    main()
