from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from docflow.runtime.local_state import Run


def up(
    detach: Annotated[
        bool, typer.Option("--detach", "-d", help="Return once it runs; stop it with `down`.")
    ] = False,
) -> None:
    """Start everything in this process, on embedded parts unless settings say otherwise."""
    from docflow_cli.installation import read_settings

    settings = read_settings()
    if detach:
        from docflow_cli.detaching import start_detached

        start_detached(settings)
        return
    from docflow_cli.portal import built_meanwhile
    from docflow_cli.serving import serve
    from docflow_cli.welcome import welcome

    with built_meanwhile(settings) as build:

        async def ready(run: "Run") -> None:
            welcome(settings, run, build)

        code = serve(settings, ready)
    raise typer.Exit(code)
