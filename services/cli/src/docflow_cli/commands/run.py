from typing import Annotated

import typer

from docflow_cli.services import PACKAGES


def run_service(
    service: Annotated[str, typer.Argument(help=", ".join(PACKAGES), envvar="DOCFLOW_SERVICE")],
) -> None:
    """Run one service in this process, against the database that the settings name."""
    from docflow_cli.installation import fail, read_settings

    if service not in PACKAGES:
        fail(f"there is no service {service!r}; there are {', '.join(PACKAGES)}", code=2)
    from docflow_cli.serving import serve_one

    raise typer.Exit(serve_one(read_settings(), service))
