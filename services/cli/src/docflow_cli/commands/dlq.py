from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from docflow_cli.dead import DeadLetters

dlq = typer.Typer(
    help="Work that failed for good: look at it, run it again, or drop it.", no_args_is_help=True
)

_Process = Annotated[str, typer.Argument(help="The process, as listed.")]


@dlq.command("list")
def list_dead(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=1000, help="Lines at most.")] = 100,
) -> None:
    """List what failed for good, newest first."""

    async def show(dead: "DeadLetters") -> None:
        for run in await dead.all(limit):
            typer.echo(
                f"{run.finished_at:%Y-%m-%d %H:%M:%S}  {run.process_id}  {run.stage}  {run.error_code}"
                f"  attempts {run.attempt}, failures {run.failures}, losses {run.losses}"
            )

    _with_dead_letters(show)


@dlq.command()
def replay(process_id: _Process) -> None:
    """Run a failed process again from the stage it stopped in."""

    async def again(dead: "DeadLetters") -> None:
        typer.echo(f"{process_id} {await dead.replay(process_id)}")

    _with_dead_letters(again)


@dlq.command()
def drop(process_id: _Process) -> None:
    """Take a failed process off the list; it stays failed."""

    async def off(dead: "DeadLetters") -> None:
        await dead.drop(process_id)
        typer.echo(f"{process_id} dropped")

    _with_dead_letters(off)


def _with_dead_letters(act: "Callable[[DeadLetters], Awaitable[None]]") -> None:
    import asyncio

    from docflow_cli.dead import open_dead_letters
    from docflow_cli.installation import read_settings

    async def run() -> None:
        async with open_dead_letters(read_settings()) as dead:
            await act(dead)

    asyncio.run(run())
