from pathlib import Path
from typing import Annotated

import typer

evaluate = typer.Typer(help="Measure how well documents are read.", no_args_is_help=True)


@evaluate.callback()
def group() -> None:
    """Measure how well documents are read."""


@evaluate.command("run")
def run(
    folder: Annotated[
        Path, typer.Option("--set", exists=True, file_okay=False, help="Folder with schema.json and labels.")
    ],
    threshold: Annotated[
        float, typer.Option(min=0, max=1, help="Confidence from which a value is accepted unseen.")
    ] = 0.80,
) -> None:
    """Read a labelled set and print, for each field, what was right, what was accepted and what slipped through."""
    from docflow_cli.evaluation import as_markdown
    from docflow_cli.evaluation import run as evaluate_set

    evaluation = evaluate_set(folder, threshold, lambda at: typer.echo(f"\r{at}", nl=False, err=True))
    typer.echo("", err=True)
    typer.echo(as_markdown(evaluation))
    for name, code in sorted(evaluation.refused.items()):
        typer.echo(f"refused: {name} [{code}]")
