from typing import Annotated

import typer

types = typer.Typer(
    help="The built-in process types: which there are, and the way into this installation.",
    no_args_is_help=True,
)


@types.command("list")
def list_types() -> None:
    """List the platform's process types, and the built-in ones that are not installed."""
    import asyncio

    from docflow.db import process_types

    from docflow_cli.databases import migration_url
    from docflow_cli.installation import read_settings

    async def read() -> tuple[process_types.PlatformType, ...]:
        async with migration_url(read_settings()) as url:
            return await process_types.installed(url)

    found = {each.process_type_id: each for each in asyncio.run(read())}
    for name in sorted({*found, *process_types.BUILT_IN}):
        row = found.get(name)
        if row is None:
            typer.echo(f"{name}  not installed")
        else:
            origin = "built in" if row.is_built_in else "made here"
            typer.echo(f"{name}  {row.display_name}  {origin}{'' if row.is_active else ', out of use'}")


@types.command()
def install(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="NAMES", help="As `docflow types list` shows them.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every built-in type.")] = False,
) -> None:
    """Write built-in process types with their prompts and first configurations, for all clients. Safe to repeat.

    A client starts from them with its first document; users and clients are not made.
    """
    import asyncio

    from docflow.db import process_types

    from docflow_cli.databases import migration_url
    from docflow_cli.installation import fail, read_settings

    if everything == bool(names):
        fail("name types or say --all; `docflow types list` shows which there are", code=2)

    async def write() -> tuple[process_types.PlatformType, ...]:
        async with migration_url(read_settings()) as url:
            return await process_types.install(url, names or process_types.BUILT_IN)

    for row in asyncio.run(write()):
        kept = "installed" if row.is_built_in else "left alone: an administrator made a type of this name"
        typer.echo(f"{row.process_type_id}  {row.display_name}  {kept}")
