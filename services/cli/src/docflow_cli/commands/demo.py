from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from docflow.runtime.local_state import Run


def demo(
    leave: Annotated[bool, typer.Option("--exit", help="Leave when the documents are done.")] = False,
    llm: Annotated[
        str | None,
        typer.Option(
            "--llm",
            metavar="loopback",
            help="Show models at work instead: two vendors on this machine, one of them failing, and a budget.",
        ),
    ] = None,
    production: Annotated[
        bool,
        typer.Option(
            "--production",
            help="On the servers that DOCFLOW_ settings name, each service a process of its own.",
        ),
    ] = False,
    documents: Annotated[
        Path | None, typer.Option("--documents", help="A folder with a manifest.json like tests/data/demo.")
    ] = None,
    timeout_s: Annotated[
        float, typer.Option("--timeout", help="Seconds that the documents may take.")
    ] = 240.0,
) -> None:
    """Start everything, read ten real documents and show what came out."""
    import asyncio

    from docflow.domain.errors import DocflowError
    from docflow.runtime.local_state import LocalState

    from docflow_cli.demonstration import console_for_people, demonstrate, read_samples
    from docflow_cli.gateway import open_gateway
    from docflow_cli.installation import read_settings
    from docflow_cli.portal import Build, built_meanwhile
    from docflow_cli.serving import serve
    from docflow_cli.welcome import show_portal, welcome

    settings = read_settings()
    if llm is not None:
        from docflow_cli.model_demonstration import demo_of_models

        raise typer.Exit(demo_of_models(settings, llm, leave=leave, production=production))
    samples = read_samples(documents)

    async def show(run: "Run", build: Build | None = None) -> int | None:
        welcome(settings, run, build)
        code = await show_at(run.api_url, run.api_key)
        if build is not None:
            await asyncio.to_thread(build.wait, timeout_s)
        show_portal(run, build, console_for_people())
        if code is None:
            typer.echo("It stays up: Ctrl-C ends it.")
        return code

    async def show_at(url: str, key: str) -> int | None:
        try:
            async with open_gateway(url, key) as gateway:
                as_expected = await demonstrate(
                    gateway, samples, timeout_s=timeout_s, console=console_for_people()
                )
        except DocflowError as error:
            typer.secho(f"docflow: {error} [{error.code}]", fg="red", err=True)
            return 1
        if leave:
            return 0 if as_expected else 1
        return None

    if production:
        from docflow_cli.production import serve_processes

        raise typer.Exit(asyncio.run(serve_processes(settings, show_at)))
    running = LocalState(settings.home).run()
    if running is not None:
        raise typer.Exit(asyncio.run(show(running)) or 0)
    with built_meanwhile(settings) as build:
        code = serve(settings, lambda run: show(run, build), terminal_logs=False)
    if code:
        typer.echo(f"what happened is in {settings.home.absolute() / 'logs' / 'docflow.log'}", err=True)
    raise typer.Exit(code)
