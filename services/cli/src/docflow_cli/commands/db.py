from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from docflow_cli.inspection import Report

db = typer.Typer(
    help="Look into the database: what runs, what is slow, what is large; reseal what is sealed.",
    no_args_is_help=True,
)

_Limit = Annotated[int, typer.Option("--limit", "-n", min=1, max=1000, help="Lines at most.")]


@db.command()
def activity(limit: _Limit = 50) -> None:
    """Connections at work or waiting, oldest transaction first, with whom they wait for."""
    from docflow_cli.inspection import ACTIVITY

    _show(ACTIVITY, limit)


@db.command()
def slow(limit: _Limit = 20) -> None:
    """The statements that took most time altogether. Needs the extension pg_stat_statements."""
    from docflow_cli.inspection import SLOW

    _show(SLOW, limit)


@db.command()
def sizes(limit: _Limit = 30) -> None:
    """The largest tables with their indexes, their rows and those that are dead."""
    from docflow_cli.inspection import SIZES

    _show(SIZES, limit)


@db.command()
def reseal() -> None:
    """Seal all stored secrets with the first of the sealing keys, so that the others can go. Safe to repeat.

    Ends with 1 when something is sealed with a key that is not listed.
    """
    import asyncio

    from docflow.db import sealed

    from docflow_cli.databases import migration_url
    from docflow_cli.installation import read_settings
    from docflow_cli.resealing import reseal_all, told

    async def work() -> "Mapping[sealed.SealedColumn, sealed.Resealed]":
        settings = read_settings()
        async with migration_url(settings) as url:
            return await reseal_all(settings, url)

    done = asyncio.run(work())
    for line in told(done):
        typer.echo(line)
    raise typer.Exit(1 if any(each.unreadable for each in done.values()) else 0)


def _show(report: "Report", limit: int) -> None:
    import asyncio

    from docflow_cli.databases import migration_url
    from docflow_cli.inspection import lines, read
    from docflow_cli.installation import read_settings

    async def show() -> None:
        async with migration_url(read_settings()) as url:
            for line in lines(await read(url, report, limit)):
                typer.echo(line)

    asyncio.run(show())
