from pathlib import Path
from typing import Annotated

import typer

n8n = typer.Typer(
    help="Importable n8n workflows: render them with ids of their own, and check them.", no_args_is_help=True
)

_From = Annotated[
    Path | None, typer.Option("--from", help="A folder of templates; left out: those of this checkout.")
]


@n8n.command("list")
def list_templates(source: _From = None) -> None:
    """List the templates and what each does."""
    from docflow_cli.n8n.printing import print_templates

    print_templates(_templates(source))


@n8n.command()
def render(
    names: Annotated[
        list[str] | None, typer.Argument(help="Templates; left out: all. Those that they call come along.")
    ] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="A folder for the files to import.")] = Path(
        "n8n-workflows"
    ),
    api_url: Annotated[
        str, typer.Option("--api-url", help="Where n8n reaches the API.")
    ] = "http://backend-api:8000",
    source: _From = None,
) -> None:
    """Write workflows to import into n8n. Each time all ids are new: n8n makes secrets of them."""
    import json
    from uuid import uuid4

    from docflow_cli.n8n.printing import print_written
    from docflow_cli.n8n.rendering import render as render_all
    from docflow_cli.n8n.rendering import with_called

    templates = _templates(source)
    chosen = with_called(templates, names or templates)
    workflows = render_all((templates[name] for name in chosen), api_url=api_url, new_id=lambda: str(uuid4()))
    out.mkdir(parents=True, exist_ok=True)
    for name, workflow in zip(chosen, workflows, strict=True):
        text = json.dumps(workflow, indent=2, ensure_ascii=False)
        (out / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    print_written(out, {name: templates[name] for name in chosen})


@n8n.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="Files of workflows that are imported together.")],
    templates: Annotated[
        bool, typer.Option("--templates", help="They are templates: readable ids are no fault.")
    ] = False,
) -> None:
    """Check workflows before they are imported. Ends with 1 when something is wrong."""
    from docflow_cli.n8n.printing import print_findings
    from docflow_cli.n8n.rendering import read_workflows
    from docflow_cli.n8n.rules import findings

    workflows = [workflow for file in files for workflow in read_workflows(file)]
    found = findings(workflows, are_templates=templates)
    print_findings(found, len(workflows))
    raise typer.Exit(1 if found else 0)


def _templates(source: Path | None) -> "dict[str, dict[str, object]]":
    from docflow_cli.n8n.rendering import read_templates

    return read_templates(source or Path(__file__).parents[5] / "deploy" / "n8n" / "workflows")
