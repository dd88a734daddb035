"""Whether a configuration can be published: one pure function that names every fault by its place."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from docflow.domain.action_targets import Wrong, target_problems
from docflow.domain.errors import Problem, pointer_to
from docflow.domain.expressions.functions import Match
from docflow.domain.facts import known_of
from docflow.domain.json_types import JsonObject, JsonValue
from docflow.domain.llm_policy import policy_problems
from docflow.domain.output_schema import FieldRole, shape_of
from docflow.domain.plain_secrets import plain_secrets
from docflow.domain.rule_list import MAX_QUESTIONS, looks_back, problem_of
from docflow.domain.stages import ActionType
from docflow.domain.values.kinds import FieldKind
from docflow.domain.workflow import MAX_ACTIONS
from docflow.domain.workflow_checks import Around, workflow_problems

MAX_SCHEMA_BYTES = 200_000
MAX_DEPTH = 32
MAX_FIELDS = 500
MAX_RULES = 500
MAX_PROBLEMS = 50

SchemaFault = Callable[[JsonObject], tuple[Sequence[str | int], str] | None]
"""Where a JSON Schema itself is wrong and what about it; None when it can be used."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the checks ask of the installation. `plugins` are the names of the installed validators."""

    schema_fault: SchemaFault
    match: Match
    plugins: frozenset[str]


@dataclass(frozen=True, slots=True)
class Draft:
    """The parts of a configuration that can be wrong, as stored; `validation_rules` is the list."""

    input_schema: JsonObject
    output_schema: JsonObject
    validation_rules: Sequence[JsonValue]
    plugin_name: str | None
    workflow: JsonObject
    output_actions: Sequence[JsonValue]
    llm_policy: JsonObject
    enable_hitl: bool = True


def problems_of(draft: Draft, known: Known) -> list[Problem]:
    """Empty = it can be published, as far as it says; prompts are judged by who looks them up."""
    schema_faults = list(_output_schema(draft.output_schema, known))
    found = [
        *_schema(draft.input_schema, "input_schema", known),
        *schema_faults,
        # Which fields there are is known of a schema that can be read.
        *(() if schema_faults else _rules(draft, known)),
        *_plugin(draft.plugin_name, known),
        *_workflow(draft, known, not schema_faults),
        *_actions(draft.output_actions),
        *written_problems(draft.output_actions, draft.llm_policy, draft.workflow),
        *policy_problems(draft.llm_policy),
    ]
    return found[:MAX_PROBLEMS]


def _schema(schema: JsonObject, name: str, known: Known) -> Iterator[Problem]:
    if depth_of(schema) > MAX_DEPTH:
        yield Problem(f"/{name}", f"is nested deeper than {MAX_DEPTH}")
    elif len(json.dumps(schema)) > MAX_SCHEMA_BYTES:
        yield Problem(f"/{name}", f"is larger than {MAX_SCHEMA_BYTES} bytes")
    elif remote := [path for path, target in _references(schema, ()) if not target.startswith("#")]:
        yield from (Problem(pointer_to((name, *path)), "may not point to other documents") for path in remote)
    elif fault := known.schema_fault(schema):
        yield Problem(pointer_to((name, *fault[0])), fault[1])


def output_schema_problems(schema: JsonObject, known: Known) -> list[Problem]:
    """Why fields cannot be read by it, each under /output_schema; empty = they can."""
    return list(_output_schema(schema, known))[:MAX_PROBLEMS]


def _output_schema(schema: JsonObject, known: Known) -> Iterator[Problem]:
    faults = list(_schema(schema, "output_schema", known))
    yield from faults
    if faults:
        return
    wrong = [Problem(pointer_to(("output_schema", *path)), told) for path, told in _wrong_marks(schema)]
    yield from wrong
    if wrong:
        return
    shape = shape_of(schema)
    count = len(shape.fields) + sum(len(table.columns) for table in shape.tables)
    if count == 0:
        yield Problem("/output_schema", "names no field to read")
    if count > MAX_FIELDS:
        yield Problem("/output_schema", f"names more than {MAX_FIELDS} fields")


_MARKS = {"x-kind": tuple(FieldKind), "x-role": tuple(FieldRole)}


def _wrong_marks(schema: JsonValue, path: tuple[str | int, ...] = ()) -> Iterator[Wrong]:
    """What JSON Schema allows and reading could not follow, in every property and the rows of every table."""
    if not isinstance(schema, Mapping):
        yield path, "is described by an object"
        return
    for mark, words in _MARKS.items():
        if mark in schema and (not isinstance(schema[mark], str) or schema[mark] not in words):
            yield (*path, mark), f"must be one of {', '.join(words)}"
    if not _are_labels(schema.get("x-labels", ())):
        yield (*path, "x-labels"), "is a label, a list of labels, or these by language"
    for name in ("anyOf", "oneOf"):
        for place, choice in enumerate(schema.get(name, ())):
            if not isinstance(choice, Mapping):
                yield (*path, name, place), "is described by an object"
    for name, sub in (schema.get("properties") or {}).items():
        yield from _wrong_marks(sub, (*path, "properties", name))
    if "items" in schema:
        yield from _wrong_marks(schema["items"], (*path, "items"))


def _rules(draft: Draft, known: Known) -> Iterator[Problem]:
    if len(draft.validation_rules) > MAX_RULES:
        yield Problem("/validation_rules", f"has more than {MAX_RULES} rules")
        return
    looking = [given for given in draft.validation_rules if looks_back(given)]
    if len(looking) > MAX_QUESTIONS:
        yield Problem(
            "/validation_rules", f"has more than {MAX_QUESTIONS} rules that look at other processes"
        )
    fields = known_of(draft.output_schema)
    for place, given in enumerate(draft.validation_rules):
        told = problem_of(given, fields, known.match)
        if told:
            yield Problem(f"/validation_rules/{place}", told)


def _plugin(name: str | None, known: Known) -> Iterator[Problem]:
    if name is not None and name not in known.plugins:
        yield Problem("/plugin_name", "is not installed")


def _workflow(draft: Draft, known: Known, schema_is_sound: bool) -> Iterator[Problem]:
    if draft.workflow.get("splitting", "sure") not in ("sure", "review"):
        yield Problem("/workflow/splitting", "is sure or review")
    around = Around(
        draft.output_schema if schema_is_sound else None, draft.enable_hitl, known.plugins, _actions
    )
    yield from workflow_problems(draft.workflow, around)


def written_problems(
    actions: Sequence[JsonValue], llm_policy: JsonObject, workflow: JsonObject | None = None
) -> Iterator[Problem]:
    """What is looked at when a draft is written, too: a plain secret must not even be stored."""
    written = {"llm_policy": llm_policy, "output_actions": actions, "workflow": workflow or {}}
    for name, value in written.items():
        for path in plain_secrets(value):
            yield Problem(pointer_to((name, *path)), "looks like a secret; it does not belong here")


def _actions(actions: Sequence[JsonValue], at: str = "/output_actions") -> Iterator[Problem]:
    if len(actions) > MAX_ACTIONS:
        yield Problem(at, f"has more than {MAX_ACTIONS} actions")
        return
    for place, action in enumerate(actions):
        yield from _action(action, f"{at}/{place}")


def _action(action: JsonValue, at: str) -> Iterator[Problem]:
    kind = action.get("action_type") if isinstance(action, Mapping) else None
    if not isinstance(action, Mapping) or not isinstance(kind, str) or kind not in set(ActionType):
        yield Problem(f"{at}/action_type", f"must be one of {', '.join(ActionType)}")
        return
    config = action.get("target_config", {})
    if not isinstance(config, Mapping):
        yield Problem(f"{at}/target_config", "is an object")
        return
    retries = action.get("max_retries", 0)
    if not isinstance(retries, int) or isinstance(retries, bool) or not 0 <= retries <= 20:
        yield Problem(f"{at}/max_retries", "is a number from 0 to 20")
    for path, told in target_problems(ActionType(kind), config):
        yield Problem(f"{at}/target_config{pointer_to(path)}", told)


def depth_of(value: JsonValue) -> int:
    """Levels of nesting, counted no further than one past the limit and without recursion: it comes from outside."""
    deepest, waiting = 0, [(value, 1)]
    while waiting:
        one, level = waiting.pop()
        deepest = max(deepest, level)
        if level > MAX_DEPTH:
            break
        inner = one.values() if isinstance(one, Mapping) else one if isinstance(one, list | tuple) else ()
        waiting += [(item, level + 1) for item in inner if isinstance(item, Mapping | list | tuple)]
    return deepest


def _references(value: JsonValue, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if name in ("$ref", "$dynamicRef", "$recursiveRef") and isinstance(inner, str):
                yield (*path, name), inner
            else:
                yield from _references(inner, (*path, name))
    elif isinstance(value, list | tuple):
        for place, inner in enumerate(value):
            yield from _references(inner, (*path, place))


def _are_labels(given: JsonValue) -> bool:
    """A label, a list of them, or either by language."""
    if isinstance(given, Mapping):
        return all(not isinstance(inner, Mapping) and _are_labels(inner) for inner in given.values())
    return isinstance(given, str) or (
        isinstance(given, list | tuple) and all(isinstance(label, str) for label in given)
    )
