"""`deploy/compose.yaml` as Compose would read it: anchors merged, variables filled in with their defaults."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "deploy"
VARIABLE = re.compile(r"\$\{(\w+):-([^}]*)\}")

Part = dict[str, Any]


@cache
def compose(**given: str) -> Part:
    return _filled(yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8")), given)


def _filled(value: Any, given: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _filled(each, given) for key, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, given) for each in value]
    if isinstance(value, str):
        return VARIABLE.sub(lambda match: given.get(match[1]) or match[2], value)
    return value


def python_services() -> dict[str, Part]:
    """Those that run this repository's own code for good, by name."""
    return {
        name: part for name, part in compose()["services"].items() if part.get("command", [""])[0] == "run"
    }


def secrets_of(part: Part) -> dict[str, str]:
    """Where each secret of a service stands in its container, by its name."""
    found: dict[str, str] = {}
    for each in part.get("secrets", []):
        name, target = (each, each) if isinstance(each, str) else (each["source"], each["target"])
        found[name] = target if target.startswith("/") else f"/run/secrets/{target}"
    return found
