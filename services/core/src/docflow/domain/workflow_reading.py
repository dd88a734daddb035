"""From a workflow as it is written to its steps, with every place that cannot be read.

`{"steps": [{"name", "type" or "stage", "config"?, "next"?: [{"to", "when"?}]}]}`. A step without `next` goes on with the one
behind it in the list, and the last one ends.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from docflow.domain.errors import Problem, pointer_to
from docflow.domain.json_types import JsonObject, JsonValue
from docflow.domain.stages import Stage
from docflow.domain.workflow_steps import KIND_OF_STAGE, STEP_KINDS, Edge, Step, StepConfig, StepType

MAX_STEPS = 20
MAX_EDGES = 10
MAX_NAME = 60


@dataclass(frozen=True, slots=True)
class ReadWorkflow:
    """`steps` hold what could be read; they are all there when there are no problems."""

    steps: tuple[Step, ...]
    problems: tuple[Problem, ...]


def read_workflow(written: JsonObject) -> ReadWorkflow:
    listed = written.get("steps") or ()
    if not isinstance(listed, list | tuple) or len(listed) > MAX_STEPS:
        told = Problem("/workflow/steps", f"is a list of at most {MAX_STEPS} steps")
        return ReadWorkflow((), (told,))
    steps: list[Step] = []
    problems: list[Problem] = []
    for place, given in enumerate(listed):
        step, found = _step(given, place, listed)
        problems += found
        if step is not None:
            steps.append(step)
    problems += _named_twice(listed)
    return ReadWorkflow(tuple(steps), tuple(problems))


def _step(given: JsonValue, place: int, listed: Sequence[JsonValue]) -> tuple[Step | None, list[Problem]]:
    at = f"/workflow/steps/{place}"
    if not isinstance(given, Mapping):
        return None, [Problem(at, "is an object with name, type, config and next")]
    problems = []
    name = given.get("name")
    if not isinstance(name, str) or not name:
        problems.append(Problem(f"{at}/name", "is a text"))
    kind, wrong = _kind(given, at)
    config, faults = (None, wrong) if kind is None else _config(kind, given.get("config", {}), at)
    edges, misled = _edges(given, place, listed)
    problems += [*faults, *misled]
    if config is None or not isinstance(name, str):
        return None, problems
    return Step(name, config, edges), problems


def _kind(given: JsonObject, at: str) -> tuple[type[StepConfig] | None, list[Problem]]:
    named, stage = given.get("type"), given.get("stage")
    if named is None:
        if isinstance(stage, str) and stage in set(Stage):
            return KIND_OF_STAGE[Stage(stage)], []
        place = "stage" if "stage" in given else "type"
        words = Stage if "stage" in given else StepType
        return None, [Problem(f"{at}/{place}", f"must be one of {', '.join(words)}")]
    if not isinstance(named, str) or named not in set(StepType):
        return None, [Problem(f"{at}/type", f"must be one of {', '.join(StepType)}")]
    kind = STEP_KINDS[StepType(named)]
    if stage is not None and stage != kind.stage:
        return None, [Problem(f"{at}/stage", f"a step of type {named} is worked on in {kind.stage}")]
    return kind, []


def _config(
    kind: type[StepConfig], written: JsonValue, at: str
) -> tuple[StepConfig | None, Sequence[Problem]]:
    try:
        return kind.model_validate(written), ()
    except ValidationError as error:
        wrong = error.errors(include_input=False, include_url=False, include_context=False)
        return None, [Problem(f"{at}/config{pointer_to(one['loc'])}", one["msg"]) for one in wrong]


def _edges(
    given: JsonObject, place: int, listed: Sequence[JsonValue]
) -> tuple[tuple[Edge, ...], list[Problem]]:
    at = f"/workflow/steps/{place}/next"
    if "next" not in given:
        following = listed[place + 1] if place + 1 < len(listed) else None
        name = following.get("name") if isinstance(following, Mapping) else None
        return ((Edge(name),) if isinstance(name, str) else ()), []
    written = given["next"]
    if not isinstance(written, list | tuple) or len(written) > MAX_EDGES:
        return (), [Problem(at, f"is a list of at most {MAX_EDGES} ways out")]
    edges, problems = [], []
    for number, edge in enumerate(written):
        faults = list(_edge_faults(edge, f"{at}/{number}"))
        problems += faults
        if not faults:
            edges.append(Edge(edge["to"], edge.get("when")))
    return tuple(edges), problems


def _edge_faults(edge: JsonValue, at: str) -> Iterator[Problem]:
    if not isinstance(edge, Mapping) or edge.keys() - {"to", "when"}:
        yield Problem(at, "is an object with to and, perhaps, when")
        return
    if not isinstance(edge.get("to"), str):
        yield Problem(f"{at}/to", "names a step")
    if "when" in edge and not isinstance(edge["when"], str):
        yield Problem(f"{at}/when", "is a condition")


def unknown_parts(written: JsonObject) -> Iterator[Problem]:
    """What nobody would look at, and names too long to be shown: refused at publish, passed over in what is pinned."""
    for name in written.keys() - {"steps", "splitting"}:
        yield Problem(pointer_to(("workflow", name)), "is not known")
    listed = written.get("steps")
    for place, given in enumerate(listed if isinstance(listed, list | tuple) else ()):
        if not isinstance(given, Mapping):
            continue
        for name in given.keys() - {"name", "type", "stage", "config", "next"}:
            yield Problem(pointer_to(("workflow", "steps", place, name)), "is not known")
        named = given.get("name")
        if isinstance(named, str) and len(named) > MAX_NAME:
            yield Problem(f"/workflow/steps/{place}/name", f"is longer than {MAX_NAME} characters")


def _named_twice(listed: Sequence[JsonValue]) -> Iterator[Problem]:
    seen = set()
    for place, given in enumerate(listed):
        name = given.get("name") if isinstance(given, Mapping) else None
        if isinstance(name, str) and name in seen:
            yield Problem(f"/workflow/steps/{place}/name", "is the name of another step, too")
        elif isinstance(name, str):
            seen.add(name)
