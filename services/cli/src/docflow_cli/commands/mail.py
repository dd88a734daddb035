from pathlib import Path
from typing import Annotated

import typer

mail = typer.Typer(help="Letters that were written to the mail folder.", no_args_is_help=True)


@mail.command("list")
def list_letters() -> None:
    """Every letter, oldest first: its number, when, to whom, about what."""
    from docflow.adapters.mail.folder import read_letter

    for number, file in enumerate(_letters(), start=1):
        letter = read_letter(file)
        typer.echo(f"{number:>4}  {letter['Date']}  {letter['To']}  {letter['Subject']}")


@mail.command()
def show(number: Annotated[int, typer.Argument(min=1, help="As `docflow mail list` counts.")]) -> None:
    """One letter as plain text."""
    from docflow.adapters.mail.folder import read_letter

    from docflow_cli.installation import fail

    letters = _letters()
    if number > len(letters):
        fail(f"there are {len(letters)} letters")
    letter = read_letter(letters[number - 1])
    for name in ("Date", "From", "To", "Subject"):
        typer.echo(f"{name}: {letter[name]}")
    body = letter.get_body(("plain",))
    typer.echo("\n" + (body.get_content() if body else ""))


def _letters() -> list[Path]:
    from docflow.adapters.mail.folder import letters_in
    from docflow.runtime.container import mail_folder

    from docflow_cli.installation import read_settings

    return letters_in(mail_folder(read_settings()))
