"""What `docflow n8n` shows."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from docflow_cli.n8n.nodes import STICKY
from docflow_cli.n8n.rules import Finding, Workflow, nodes_of


def print_templates(templates: Mapping[str, Workflow]) -> None:
    table = Table("template", "does", "calls services as", box=box.SIMPLE)
    for name, workflow in templates.items():
        table.add_row(name, _purpose(workflow), ", ".join(sorted(_credentials(workflow))))
    Console().print(table)


def print_written(folder: Path, templates: Mapping[str, Workflow]) -> None:
    console = Console(soft_wrap=True)
    for name in templates:
        console.print(Text(str(folder / f"{name}.json")))
    credentials = sorted({one for workflow in templates.values() for one in _credentials(workflow)})
    console.print(Text(f"Import them together, then choose the credentials: {', '.join(credentials)}."))


def print_findings(found: Sequence[Finding], workflows: int) -> None:
    console = Console(soft_wrap=True)
    if not found:
        console.print(Text(f"{workflows} workflows, nothing wrong"))
        return
    table = Table("workflow", "node", "rule", "what is wrong", box=box.SIMPLE)
    for each in found:
        table.add_row(Text(each.workflow), Text(each.node), each.rule, Text(each.message))
    console.print(table)


def _purpose(workflow: Workflow) -> str:
    """The first line of its note that is no heading."""
    notes: Iterable[str] = (
        str(node["parameters"].get("content", "")) for node in workflow["nodes"] if node["type"] == STICKY
    )
    lines = (line.strip() for note in notes for line in note.splitlines())
    return next((line for line in lines if line and not line.startswith("#")), "")


def _credentials(workflow: Workflow) -> set[str]:
    return {
        str(reference["name"])
        for node in nodes_of(workflow)
        for reference in (node.get("credentials") or {}).values()
    }
