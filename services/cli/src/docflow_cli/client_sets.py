"""Evaluations of a client's own sets, asked of the gateway and read by its workers."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID

from docflow.domain.errors import PermanentError, UserError
from docflow_client import AsyncDocflowClient, Evaluation

_POLL_S = 1.0
Side = dict[str, str]


async def evaluate_set(
    gateway: AsyncDocflowClient,
    set_id: str,
    *,
    prompt: str | None = None,
    configuration: str | None = None,
    against: str | None = None,
    told: Callable[[str], None] = lambda _: None,
) -> Evaluation:
    """Begin it and wait for its end; ending the command leaves it running.

    `prompt` or `configuration`, and `against` of the same kind, are ids or versions (`7`, `v7`). Raises UserError and
    PermanentError with the evaluation's own code.
    """
    chosen = await gateway.evaluation_sets.get(set_id)
    named = [
        await _side(gateway, chosen.process_type_id, one, is_prompt=prompt is not None) if one else None
        for one in (prompt or configuration, against)
    ]
    begun = await gateway.evaluations.create(set_id, candidate=named[0], baseline=named[1])
    while not begun.is_ended:
        told(f"{begun.done} of {begun.documents}")
        await asyncio.sleep(_POLL_S)
        begun = await gateway.evaluations.get(begun.evaluation_id)
    told(f"{begun.done} of {begun.documents}")
    if begun.status == "failed":
        raise PermanentError(f"evaluation {begun.evaluation_id} failed", code=begun.error_code)
    return begun


async def _side(gateway: AsyncDocflowClient, process_type_id: str, named: str, *, is_prompt: bool) -> Side:
    key = "prompt_id" if is_prompt else "config_id"
    try:
        return {key: str(UUID(named))}
    except ValueError:
        pass
    number = named.removeprefix("v")
    if not number.isdecimal():
        raise UserError(f"{named!r} is no id and no version", code="version_unknown")
    filters: dict[str, Any] = {"process_type_id": process_type_id, "version": int(number)}
    if is_prompt:
        found = [one async for one in gateway.prompts.list(stage="ocr", **filters)]
        own = sorted(found, key=lambda one: bool(getattr(one, "is_platform", False)))
        ids = [one.prompt_id for one in own]
    else:
        listed = [one async for one in gateway.configurations.list(**filters)]
        ids = [one.config_id for one in listed if not getattr(one, "is_platform", False)]
    if not ids:
        what = "prompt of the stage ocr" if is_prompt else "configuration"
        raise UserError(f"there is no {what} {number} of {process_type_id}", code="version_unknown")
    return {key: str(ids[0])}


def as_markdown(evaluation: Evaluation) -> str:
    """The figures as tables: the candidate's fields, then both versions, then what changed."""
    figures = evaluation.figures or {}
    sides = {name: figures[name] for name in ("candidate", "baseline") if figures.get(name)}
    parts = [_fields(figures["candidate"]), _sides(sides)]
    if figures.get("comparison"):
        parts.append(_comparison(figures["comparison"], evaluation.verdict or ""))
    return "\n\n".join(parts)


def _fields(side: dict[str, Any]) -> str:
    lines = [
        "| field | labelled | right | wrong | missing | invented | exact % | accepted | wrong among them |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, one in [*side["fields"].items(), ("**all**", side["overall"])]:
        lines.append(
            f"| {name} | {one['labelled']} | {one['right']} | {one['wrong']} | {one['missing']} | {one['invented']} |"
            f" {100 * one['exact']:.1f} | {one['accepted']} | {one['slipped']} |"
        )
    return "\n".join(lines)


def _sides(sides: dict[str, dict[str, Any]]) -> str:
    rows: list[tuple[str, Callable[[dict[str, Any]], str]]] = [
        ("documents", lambda one: str(one["documents"])),
        ("exact", lambda one: f"{100 * one['overall']['exact']:.1f} %"),
        ("accepted unseen", lambda one: f"{100 * one['overall']['coverage']:.1f} %"),
        ("wrong but accepted", lambda one: f"{100 * one['overall']['slip_rate']:.1f} %"),
        ("to a person", lambda one: f"{100 * one['review_rate']:.1f} %"),
        ("cost, USD", lambda one: _usd(one["cost_micros"])),
        ("seconds a document, p95", lambda one: _seconds(one["seconds_p95"])),
        ("seconds a page", lambda one: _seconds(one["seconds_a_page"])),
        ("read by", lambda one: ", ".join(f"{name} ({count})" for name, count in one["models"].items())),
    ]
    head = ["| |" + "".join(f" {name} |" for name in sides), "| --- |" + " ---: |" * len(sides)]
    return "\n".join(
        [
            *head,
            *(f"| {name} |" + "".join(f" {show(one)} |" for one in sides.values()) for name, show in rows),
        ]
    )


def _comparison(comparison: dict[str, Any], verdict: str) -> str:
    lines = ["| field | change, points | 95 % interval | worse |", "| --- | ---: | ---: | --- |"]
    for name, one in [*comparison["fields"].items(), ("**all**", comparison["overall"])]:
        worse = "yes" if name in comparison["worse_fields"] else ""
        lines.append(
            f"| {name} | {100 * one['exact']:+.1f} | {100 * one['low']:+.1f} to {100 * one['high']:+.1f} | {worse} |"
        )
    invented = comparison["invented"]
    told = f"Invented values: {invented['candidate']} against {invented['baseline']}. Verdict: {verdict}."
    return "\n".join([*lines, "", told])


def _usd(micros: int | None) -> str:
    return "unknown" if micros is None else f"{micros / 1_000_000:.4f}"


def _seconds(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.2f}"
