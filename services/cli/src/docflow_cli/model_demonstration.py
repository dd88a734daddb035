"""The demo of the models: Claude reads, the second vendor steps in, the budget stops, and all of it is in the audit."""

import asyncio
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx
from docflow.domain.errors import DocflowError, UserError
from docflow.domain.json_types import JsonObject
from docflow.runtime.local_state import LocalState, Run
from docflow.runtime.settings import Settings
from docflow_client import AsyncDocflowClient, Process
from rich.console import Console
from rich.table import Table
from rich.text import Text

from docflow_cli.demonstration import COLOURS, console_for_people
from docflow_cli.gateway import open_gateway
from docflow_cli.loopback import Loopback, open_loopback
from docflow_cli.serving import serve
from docflow_cli.welcome import welcome

_CLAUDE = ("claude-haiku-5-5", "claude-sonnet-5-5")
_DOCUMENT_S = 60.0
_AUDIT_S = 15.0
#: Less than any call may use at most, so that the next one finds no room.
_ROOM_TOKENS = 100


@dataclass(frozen=True, slots=True)
class Act:
    """One document. `faults` happen at the vendors meanwhile; `stops` = the day's budget is set to what is used already."""

    name: str
    shows: str
    faults: tuple[JsonObject, ...] = ()
    stops: bool = False


_DOWN = tuple({"kind": "overloaded", "model": model, "times": 50} for model in _CLAUDE)
ACTS = (
    Act("first", "Claude reads"),
    Act("second", "Claude reads, its prompt from the cache"),
    Act("outage", "Claude is overloaded, the second vendor reads", faults=_DOWN),
    Act("budget", "the day's budget is used up, a person looks", stops=True),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """`models` with the calls of each that used tokens; `cost` None = a price is unknown."""

    act: Act
    process: Process
    models: tuple[str, ...]
    tokens_input: int
    tokens_output: int
    tokens_cached: int
    cost: Decimal | None
    audited: int

    @property
    def as_expected(self) -> bool:
        reasons = {reason.code for reason in self.process.review_reasons}
        if self.act.stops:
            return not self.models and "quota_exceeded" in reasons
        wanted = "gpt-" if self.act.faults else "claude-"
        used = self.tokens_input + self.tokens_output
        return bool(self.models) and self.models[0].startswith(wanted) and self.audited == used


class Accounts:
    """Usage and budgets of the client whose key it is."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def used(self) -> dict[str, dict[str, Any]]:
        """Tokens and cost by model, of today and since."""
        tokens, costs = [await self._get(f"/v1/usage/{what}?group_by=model") for what in ("tokens", "costs")]
        priced = {each["key"]: each["cost"] for each in costs["data"]}
        return {each["key"]: {**each, "cost": priced.get(each["key"])} for each in tokens["data"]}

    async def budgets(self) -> dict[str, Any]:
        return await self._get("/v1/budgets")

    async def limit(self, budgets: dict[str, Any], *, day_tokens: int | None) -> None:
        """The limits of `budgets` with another one for the tokens of the day."""
        caps = {
            name: {key: budgets[name][key] for key in ("cap_tokens", "cap_cost")} for name in ("day", "month")
        }
        caps["day"]["cap_tokens"] = day_tokens
        (await self._http.put("/v1/budgets", json=caps)).raise_for_status()

    async def _get(self, path: str) -> dict[str, Any]:
        answer = await self._http.get(path)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found


def demo_of_models(settings: Settings, vendors: str, *, leave: bool, production: bool) -> int:
    """The exit code. Raises UserError where the vendors of the demo cannot be those of the running program."""
    if vendors != "loopback" or production:
        raise UserError("--llm takes loopback, and goes without --production", code="demo_unknown")
    running = LocalState(settings.home).run()
    if running is not None:
        told = "DocFlow runs already, with the models it was started with. `docflow down` stops it"
        raise UserError(told, code="already_running")
    with open_loopback() as loopback:
        given = loopback.settings(settings)

        async def show(run: Run) -> int | None:
            welcome(given, run)
            try:
                good = await _at(run, loopback)
            except (DocflowError, httpx.HTTPError) as error:
                print(f"docflow: {error}", file=sys.stderr)
                return 1
            if leave:
                return 0 if good else 1
            print("It stays up: Ctrl-C ends it.")
            return None

        return serve(given, show, terminal_logs=False)


async def _at(run: Run, loopback: Loopback) -> bool:
    headers = {"Authorization": f"Bearer {run.api_key}"}
    network = httpx.AsyncHTTPTransport()
    async with (
        open_gateway(run.api_url, run.api_key) as gateway,
        httpx.AsyncClient(base_url=run.api_url, headers=headers, transport=network) as http,
    ):
        return await demonstrate_models(gateway, http, loopback, console_for_people())


async def demonstrate_models(
    gateway: AsyncDocflowClient, http: httpx.AsyncClient, loopback: Loopback, console: Console
) -> bool:
    """True when every act showed what it is for. The budget is left as it was found."""
    accounts = Accounts(http)
    before = await accounts.budgets()
    run = f"{time.time_ns() // 1_000_000:x}"
    shown = []
    try:
        for number, act in enumerate(ACTS, start=1):
            console.print(f"{number}. {act.shows} …")
            shown.append(await _play(act, f"{run}-{number}", gateway, accounts, loopback))
        during = await accounts.budgets()
    finally:
        loopback.is_well()
        await accounts.limit(before, day_tokens=before["day"]["cap_tokens"])
    console.print(_table(shown))
    console.print(_budget(during))
    good = sum(each.as_expected for each in shown)
    console.print(f"{good} of {len(shown)} documents came to the end they should")
    return good == len(shown)


async def _play(
    act: Act, mark: str, gateway: AsyncDocflowClient, accounts: Accounts, loopback: Loopback
) -> Shown:
    if act.faults:
        loopback.fails_with(act.faults)
    if act.stops:
        budgets = await accounts.budgets()
        used = budgets["day"]["spent_tokens"] + budgets["day"]["reserved_tokens"]
        await accounts.limit(budgets, day_tokens=used + _ROOM_TOKENS)
    before = await accounts.used()
    sent = await gateway.processes.submit([(f"{act.name}.txt", _invoice(mark))], "simple_invoice")
    process = await gateway.processes.wait_for(sent.process_id, timeout_s=_DOCUMENT_S)
    after = await accounts.used()
    changed = {
        model: {name: _more(now, before.get(model), name) for name in _COUNTED}
        for model, now in after.items()
        if now != before.get(model)
    }
    answered = {model: counts for model, counts in changed.items() if counts["tokens_output"]}
    costs = [counts["cost"] for counts in answered.values()]
    used = sum(int(counts["tokens_input"] + counts["tokens_output"]) for counts in answered.values())
    return Shown(
        act=act,
        process=process,
        models=tuple(sorted(answered, key=_order)),
        tokens_input=sum(int(counts["tokens_input"]) for counts in answered.values()),
        tokens_output=sum(int(counts["tokens_output"]) for counts in answered.values()),
        tokens_cached=sum(int(counts["tokens_cache_read"]) for counts in answered.values()),
        cost=sum(costs, Decimal(0)),
        audited=await _audited(gateway, process, used),
    )


_COUNTED = ("tokens_input", "tokens_output", "tokens_cache_read", "cost")


def _more(now: dict[str, Any], then: dict[str, Any] | None, name: str) -> Decimal:
    return Decimal(now[name] or 0) - Decimal((then or {}).get(name) or 0)


def _order(model: str) -> tuple[bool, str]:
    """The first reader of the default order before the second."""
    return ("sonnet" in model, model)


async def _audited(gateway: AsyncDocflowClient, process: Process, expected: int) -> int:
    """The tokens of the process's audit records, which are written a moment after it has ended."""
    until = time.monotonic() + _AUDIT_S
    while True:
        records = await gateway.processes.audit(process.process_id)
        used = [record.token_usage or {} for record in records]
        tokens = sum(int(each.get("input", 0)) + int(each.get("output", 0)) for each in used)
        if tokens == expected or time.monotonic() > until:
            return tokens
        await asyncio.sleep(0.3)


def _invoice(mark: str) -> bytes:
    """Another one each time: an answer that is known already would be asked of nobody."""
    return "\n".join(
        (
            "INVOICE",
            "Seller: Brightwater Office Supplies Ltd",
            f"Invoice number: BW-{mark.upper()}",
            "Invoice date: 2026-11-20",
            "Buyer: Harbour Books GmbH",
            "Currency: EUR",
            "Net total: 100.00",
            "VAT: 19.00",
            "Total: 119.00",
            "Amount due: 119.00",
        )
    ).encode()


def _table(shown: Sequence[Shown]) -> Table:
    table = Table(title="Who read what", title_justify="left")
    for name in ("document", "outcome", "read by"):
        table.add_column(name, no_wrap=name != "read by")
    for name in ("tokens in", "from cache", "out", "in the audit", "cost (USD)"):
        table.add_column(name, justify="right", no_wrap=True)
    for each in shown:
        table.add_row(
            each.act.name,
            Text(_outcome(each.process), style=COLOURS.get(each.process.status, "cyan")),
            ", ".join(each.models) or "no model",
            *(
                str(count)
                for count in (each.tokens_input, each.tokens_cached, each.tokens_output, each.audited)
            ),
            "?" if each.cost is None else f"{each.cost:.6f}",
        )
    return table


def _outcome(process: Process) -> str:
    held = [reason.code for reason in process.review_reasons]
    told = "quota_exceeded" if "quota_exceeded" in held else next(iter(held), "")
    return f"{process.status}: {told}" if told else process.status


def _budget(budgets: dict[str, Any]) -> str:
    day = budgets["day"]
    cap = "no limit" if day["cap_tokens"] is None else f"of {day['cap_tokens']} tokens"
    return f"budget of the day: {day['spent_tokens']} {cap} spent, {day['reserved_tokens']} reserved, {day['spent_cost']} USD"
