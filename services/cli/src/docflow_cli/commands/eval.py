from pathlib import Path
from typing import Annotated

import typer

evaluate = typer.Typer(help="Measure how well documents are read.", no_args_is_help=True)


@evaluate.callback()
def group() -> None:
    """Measure how well documents are read."""


@evaluate.command("run")
def run(
    given: Annotated[
        str, typer.Option("--set", help="A folder with schema.json and labels, or the id of a client's set.")
    ],
    threshold: Annotated[
        float,
        typer.Option(min=0, max=1, help="Of a folder: confidence from which a value is accepted unseen."),
    ] = 0.80,
    prompt: Annotated[
        str | None, typer.Option(help="Of a set: a prompt's id or version to read with.")
    ] = None,
    configuration: Annotated[
        str | None, typer.Option(help="Of a set: a configuration's id or version to read with.")
    ] = None,
    against: Annotated[
        str | None, typer.Option(help="What to compare with; left out: what is in force.")
    ] = None,
) -> None:
    """Read a labelled set and print, for each field, what was right, what was accepted and what slipped through.

    A folder is read here, offline. A client's set is read by the workers, with the models of its policy and within
    its budgets; two versions are compared document by document. Ends with 3 when the first one is worse.
    """
    from docflow_cli.installation import fail

    if Path(given).is_dir():
        if prompt or configuration or against:
            fail("a folder is read offline: versions are compared over a client's set", code=2)
        _read_folder(Path(given), threshold)
        return
    if not _is_id(given):
        fail(f"{given} is no folder and no set's id; `docflow eval sets` lists the sets", code=2)
    if prompt and configuration:
        fail("name a prompt or a configuration, not both", code=2)
    if against and not (prompt or configuration):
        fail("--against needs --prompt or --configuration", code=2)
    _read_set(given, prompt, configuration, against)


@evaluate.command("sets")
def sets() -> None:
    """List the client's evaluation sets, newest first."""
    import asyncio

    from docflow_cli.gateway import address_of, open_gateway
    from docflow_cli.installation import read_settings

    async def show() -> None:
        async with open_gateway(*address_of(read_settings().home)) as gateway:
            async for one in gateway.evaluation_sets.list():
                typer.echo(f"{one.set_id}  {one.process_type_id}  {one.documents} documents  {one.name}")

    asyncio.run(show())


@evaluate.command("freeze")
def freeze(
    name: Annotated[str, typer.Argument(help="What to call the set.")],
    process_type: Annotated[str, typer.Option("--type", "-t", help="simple_invoice, expense_receipt, ...")],
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many, the newest.")] = 200,
    with_unreviewed: Annotated[
        bool, typer.Option("--with-unreviewed", help="Also documents that no person has approved.")
    ] = False,
) -> None:
    """Make a set of the client's approved documents with their final values, and print its id."""
    import asyncio

    from docflow_cli.gateway import address_of, open_gateway
    from docflow_cli.installation import read_settings

    async def make() -> None:
        async with open_gateway(*address_of(read_settings().home)) as gateway:
            values = {"limit": limit, "with_unreviewed": with_unreviewed}
            made = await gateway.evaluation_sets.create(name, process_type, values=values)
            typer.echo(f"{made.set_id}  {made.documents} documents")

    asyncio.run(make())


def _read_folder(folder: Path, threshold: float) -> None:
    from docflow_cli.evaluation import as_markdown
    from docflow_cli.evaluation import run as evaluate_folder

    evaluation = evaluate_folder(folder, threshold, _told)
    typer.echo("", err=True)
    typer.echo(as_markdown(evaluation))
    for name, code in sorted(evaluation.refused.items()):
        typer.echo(f"refused: {name} [{code}]")


def _read_set(set_id: str, prompt: str | None, configuration: str | None, against: str | None) -> None:
    import asyncio

    from docflow_cli.client_sets import as_markdown, evaluate_set
    from docflow_cli.gateway import address_of, open_gateway
    from docflow_cli.installation import read_settings

    async def read() -> bool:
        async with open_gateway(*address_of(read_settings().home)) as gateway:
            evaluation = await evaluate_set(
                gateway, set_id, prompt=prompt, configuration=configuration, against=against, told=_told
            )
        typer.echo("", err=True)
        typer.echo(as_markdown(evaluation))
        return evaluation.verdict == "worse"

    raise typer.Exit(3 if asyncio.run(read()) else 0)


def _is_id(text: str) -> bool:
    from uuid import UUID

    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _told(at: str) -> None:
    typer.echo(f"\r{at}", nl=False, err=True)
