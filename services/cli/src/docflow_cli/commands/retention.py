from typing import Annotated

import typer


def retention(
    days: Annotated[
        int | None,
        typer.Option(
            "--days", min=1, max=36_500, help="Erase what ended and did not change for so many days."
        ),
    ] = None,
    if_days: Annotated[
        int | None,
        typer.Option(
            "--if-days", min=1, max=36_500, help="Say what --days would erase now, and change nothing."
        ),
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Erase nothing by its age.")] = False,
) -> None:
    """Say or set for how long the client of the key keeps documents and results."""
    import asyncio

    from docflow_client.models.retention import ClientRetention

    from docflow_cli.gateway import address_of, open_gateway
    from docflow_cli.installation import fail, read_settings

    if keep + (days is not None) + (if_days is not None) > 1:
        fail("name either --days, --if-days or --keep", code=2)

    async def ask() -> ClientRetention:
        async with open_gateway(*address_of(read_settings().home)) as gateway:
            if keep or days is not None:
                return await gateway.retention.set(days)
            return await gateway.retention.get(if_days=if_days)

    told = asyncio.run(ask())
    if if_days is not None:
        typer.echo(f"with --days {if_days} {told.due} documents would go within an hour; nothing was changed")
    if told.keep_days is None:
        typer.echo("documents and results are kept until somebody erases them")
    else:
        due = "" if if_days is not None else f"; {told.due} go within an hour"
        typer.echo(f"documents and results are erased after {told.keep_days} days without a change{due}")
