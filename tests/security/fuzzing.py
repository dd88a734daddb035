"""Generated requests against a served gateway, and all that came back."""

import json
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import schemathesis
from schemathesis import engine
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events
from schemathesis.engine.recorder import ScenarioRecorder

SEED = 20261121
EXAMPLES = 25
"""Of each operation in one round of a phase; rounds go on until there are enough."""

OF_STATE = ["2xx", "401", "402", "403", "404", "409", "412", "413", "415", "422", "429"]
"""What a request of the right form may get: its ids, its file's content and the state it meets decide."""

REFUSALS = ["400", "401", "403", "404", "405", "409", "412", "413", "415", "422", "428", "429"]
"""What a request of a wrong form may get: with a stale version, too, the version is judged first."""
SPARED = {
    # Of its body the document cannot say enough to make one, and its items are judged one by one.
    # `GET /v1/processes/batch` asks for the process of that id.
    "create_processes": ("positive_data_acceptance", "negative_data_rejection", "unsupported_method"),
    # `DELETE /v1/invitations/accept` takes back the invitation of that id.
    "accept_invitation": ("unsupported_method",),
    # `PUT /v1/alert-rules/try` and `PATCH /v1/webhook-endpoints/callback` mean the rule and the endpoint of that id.
    "try_alert_rule": ("unsupported_method",),
    "get_callback_secret": ("unsupported_method",),
}


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer; `status` 0 = none came."""

    request: str
    status: int = 0
    content_type: str = ""
    body: str = ""


@dataclass(slots=True)
class Findings:
    """`refuted` maps each check that failed on an operation to the first request that did it."""

    exchanges: list[Exchange] = field(default_factory=list)
    refuted: dict[str, str] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    """Operations that could not be tried at all."""

    def statuses(self) -> Counter[int]:
        return Counter(one.status for one in self.exchanges)


@schemathesis.serializer("application/pdf", "application/x-ndjson", "application/zip")
def _as_it_is(ctx: schemathesis.SerializationContext, value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def fuzz(
    address: str,
    headers: dict[str, str],
    *,
    cases: int,
    max_time_s: int,
    only: Collection[str] = (),
    without: Collection[str] = (),
    peer: dict[str, str] | None = None,
) -> Findings:
    """The operations by positive, negative and linked requests, `cases` of them and a few more.

    With `peer`, the headers of another client, what was read is asked for again in that one's name
    (`object_level_authorization`, which does nothing otherwise).
    The same seed makes the same requests, as far as the answers are the same.
    """
    with TemporaryDirectory() as folder:
        config = SchemathesisConfig.from_dict(
            {**_RULES, "max-time": max_time_s, **_identity(headers, peer, Path(folder))}
        )
        schema = schemathesis.openapi.from_url(f"{address}/openapi.json", config=config)
    if only:
        schema = schema.include(operation_id=list(only))
    if without:
        schema = schema.exclude(operation_id=list(without))
    return _found(schema, cases)


_RULES: dict[str, Any] = {
    "seed": SEED,
    "suppress-health-check": ["all"],
    "request-timeout": 30,
    "generation": {
        "deterministic": True,
        "database": "none",
        "max-examples": EXAMPLES,
        "no-shrink": True,
    },
    "operations": [
        {"include-operation-id": name, "checks": {check: {"enabled": False} for check in checks}}
        for name, checks in SPARED.items()
    ],
    "checks": {
        "positive_data_acceptance": {"expected-statuses": OF_STATE},
        "negative_data_rejection": {"expected-statuses": REFUSALS},
        "missing_required_header": {"expected-statuses": REFUSALS},
    },
}


def _identity(headers: dict[str, str], peer: dict[str, str] | None, folder: Path) -> dict[str, Any]:
    if peer is None:
        return {"headers": headers}
    people = {"own": headers, "foreign": peer}
    told = {"auth": [{"name": name, "fixedHeaders": _named(given)} for name, given in people.items()]}
    path = folder / "people.json"
    path.write_text(json.dumps(told), encoding="utf-8")
    return {"auth": {"wfc": {"path": str(path), "user": "own", "peers": list(people)}}}


def _named(headers: dict[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in headers.items()]


def _found(schema: Any, cases: int) -> Findings:
    found = Findings()
    stream = engine.from_schema(schema).execute()
    for event in stream:
        match event:
            case events.ScenarioFinished():
                _take(found, event.recorder)
                if len(found.exchanges) >= cases:
                    stream.stop()
            case events.NonFatalError():
                found.broken.append(f"{event.label}: {event.value}")
            case events.FatalError():
                found.broken.append(repr(event.exception))
    return found


def _take(found: Findings, recorder: ScenarioRecorder) -> None:
    found.exchanges.extend(_exchanges(recorder))
    for case, checks in recorder.checks.items():
        for check in checks:
            if check.failure_info is None:
                continue
            interaction = recorder.interactions.get(case)
            request = interaction.request if interaction else None
            told = f"{request.method} {request.uri}" if request else recorder.label
            failure = check.failure_info.failure
            found.refuted.setdefault(
                f"{recorder.label}: {check.name}: {failure.title}",
                f"{told}: {failure.message[:300]} -> {_answer(interaction)[:300]}",
            )


def _exchanges(recorder: ScenarioRecorder) -> Iterator[Exchange]:
    for one in recorder.interactions.values():
        request = f"{one.request.method} {one.request.uri}"
        if one.response is None:
            yield Exchange(request)
        else:
            kind = (one.response.headers.get("content-type") or [""])[0]
            yield Exchange(request, one.response.status_code, kind, _answer(one))


def _answer(interaction: Any) -> str:
    if interaction is None or interaction.response is None:
        return ""
    return (interaction.response.content or b"").decode("utf-8", "replace")
