from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from docflow_client import AsyncDocflowClient, Process

_WAIT_S = 3600.0
_OF_THE_FILE = frozenset({413, 415, 422})


def submit(
    files: Annotated[list[Path], typer.Argument(help="Documents; each becomes a process of its own.")],
    process_type: Annotated[str, typer.Option("--type", "-t", help="simple_invoice, expense_receipt, ...")],
    wait: Annotated[
        bool, typer.Option("--wait", "-w", help="Until each is done or waits for a person.")
    ] = False,
    together: Annotated[bool, typer.Option("--together", help="One process with all documents.")] = False,
) -> None:
    """Submit documents and print a line for each process: id, status, file. Ends with 1 when one failed or was refused.

    With --wait the parts of a stack that was split stand below it.
    """
    import asyncio

    from docflow_cli.gateway import address_of, open_gateway
    from docflow_cli.installation import fail, read_settings

    for file in files:
        if not file.is_file():
            fail(f"{file} is no file", code=2)

    async def send_all() -> bool:
        async with open_gateway(*address_of(read_settings().home)) as gateway:
            groups = [files] if together else [[file] for file in files]
            return all([await _send(gateway, group, process_type, wait=wait) for group in groups])

    raise typer.Exit(0 if asyncio.run(send_all()) else 1)


async def _send(gateway: "AsyncDocflowClient", files: list[Path], process_type: str, *, wait: bool) -> bool:
    """False when it failed, or when the gateway does not take these files: the next ones may be others."""
    from docflow_client import ApiError

    names = ", ".join(file.name for file in files)
    try:
        process = await gateway.processes.submit(files, process_type)
    except ApiError as error:
        if error.status not in _OF_THE_FILE:
            raise
        places = "".join(f"; {place.pointer.lstrip('/')} {place.message}" for place in error.places)
        typer.secho(f"refused  {names}: {error.detail}{places} [{error.code}]", fg="red", err=True)
        return False
    if wait:
        process = await gateway.processes.wait_for(process.process_id, timeout_s=_WAIT_S)
    typer.echo(f"{process.process_id}  {process.status}  {names}")
    if wait:
        await _show_parts(gateway, process)
    return process.status != "failed"


async def _show_parts(gateway: "AsyncDocflowClient", process: "Process") -> None:
    parts = [part async for part in gateway.processes.children(process.process_id)]
    for part in reversed(parts):
        named = ", ".join(document.file_name for document in part.documents)
        typer.echo(f"  {part.process_id}  {part.status}  {named}")
