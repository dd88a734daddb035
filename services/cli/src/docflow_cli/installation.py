"""The settings and the home folder that a verb works on."""

from typing import TYPE_CHECKING, NoReturn

import typer

if TYPE_CHECKING:
    from docflow.runtime.local_state import LocalState
    from docflow.runtime.settings import Settings


def read_settings() -> "Settings":
    """Settings from the environment; a wrong one is named with what is wrong, without its value."""
    from docflow.runtime.settings import Settings
    from pydantic import ValidationError

    try:
        return Settings()
    except ValidationError as error:
        for each in error.errors(include_input=False, include_context=False):
            name = "DOCFLOW_" + "__".join(str(part) for part in each["loc"]).upper()
            typer.secho(f"docflow: {name}: {each['msg'].removeprefix('Value error, ')}", fg="red", err=True)
        raise typer.Exit(2) from None


def read_state(settings: "Settings | None" = None) -> "LocalState":
    from docflow.runtime.local_state import LocalState

    return LocalState((settings or read_settings()).home)


def fail(message: str, *, code: int = 1) -> NoReturn:
    typer.secho(f"docflow: {message}", fg="red", err=True)
    raise typer.Exit(code)
