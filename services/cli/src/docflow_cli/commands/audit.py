from typing import Annotated

import typer

audit = typer.Typer(help="The audit log: check its chains, write what is missing.", no_args_is_help=True)


@audit.command()
def verify(
    client: Annotated[str | None, typer.Option("--client", help="This client's id; without it all.")] = None,
) -> None:
    """Check every chain, and the ends that were kept in the file store. Ends with 1 when something is broken."""
    import asyncio

    from docflow_cli.auditing import LISTED, verify_log
    from docflow_cli.installation import read_settings

    found = asyncio.run(verify_log(read_settings(), client))
    through = f", through {found.verified_through:%Y-%m-%d %H:%M:%S}" if found.verified_through else ""
    typer.echo(
        f"records {found.checked}, chains {found.chains}, ends kept outside the database {found.anchors}{through}"
    )
    for each in found.broken:
        typer.echo(f"{each.kind}  client {each.client_id}  seq {each.seq}  {each.audit_id or '-'}")
    least = "at least " if len(found.broken) == LISTED else ""
    typer.echo(f"{least}{len(found.broken)} places are broken" if found.broken else "the log is whole")
    raise typer.Exit(1 if found.broken else 0)


@audit.command()
def refill() -> None:
    """Read the stream from its start and the outbox, and write the records that the log lacks. Safe to repeat."""
    import asyncio

    from docflow_cli.auditing import refill_log
    from docflow_cli.installation import read_settings

    done = asyncio.run(refill_log(read_settings()))
    typer.echo(
        f"{done.read} records of the stream read, {done.written} of them were missing;"
        f" {done.from_outbox} written from the outbox"
    )
