from pathlib import Path
from typing import Annotated

import typer

_WAIT_S = 3600.0


def submit(
    files: Annotated[list[Path], typer.Argument(help="Documents; each becomes a process of its own.")],
    process_type: Annotated[str, typer.Option("--type", "-t", help="simple_invoice, expense_receipt, ...")],
    wait: Annotated[
        bool, typer.Option("--wait", "-w", help="Until each is done or waits for a person.")
    ] = False,
    together: Annotated[bool, typer.Option("--together", help="One process with all documents.")] = False,
) -> None:
    """Submit documents and print a line for each process: id, status, file. Ends with 1 when one failed.

    With --wait the parts of a stack that was split stand below it.
    """
    import asyncio

    from docflow_cli.gateway import address_of, open_gateway
    from docflow_cli.installation import fail, read_settings

    for file in files:
        if not file.is_file():
            fail(f"{file} is no file", code=2)

    async def send_all() -> bool:
        failed = 0
        async with open_gateway(*address_of(read_settings().home)) as gateway:
            for group in [files] if together else [[file] for file in files]:
                process = await gateway.processes.submit(group, process_type)
                if wait:
                    process = await gateway.processes.wait_for(process.process_id, timeout_s=_WAIT_S)
                typer.echo(
                    f"{process.process_id}  {process.status}  {', '.join(file.name for file in group)}"
                )
                failed += process.status == "failed"
                if wait:
                    parts = [part async for part in gateway.processes.children(process.process_id)]
                    for part in reversed(parts):
                        named = ", ".join(document.file_name for document in part.documents)
                        typer.echo(f"  {part.process_id}  {part.status}  {named}")
        return failed == 0

    raise typer.Exit(0 if asyncio.run(send_all()) else 1)
