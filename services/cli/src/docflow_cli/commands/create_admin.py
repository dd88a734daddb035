from typing import Annotated

import typer


def create_admin(
    email: Annotated[str, typer.Option("--email", help="The address to sign in with.")],
    client: Annotated[str | None, typer.Option("--client", help="The slug of the client.")] = None,
    platform: Annotated[bool, typer.Option("--platform", help="Of the whole platform instead.")] = False,
    generate: Annotated[bool, typer.Option("--generate", help="Make a password and show it once.")] = False,
) -> None:
    """Make an administrator. The password is asked for, read from a pipe, or made with --generate."""
    import asyncio

    from docflow_cli.administrators import create_admin as create
    from docflow_cli.administrators import made_password
    from docflow_cli.installation import fail, read_settings

    if platform == (client is not None):
        fail("name either a client with --client SLUG or the platform with --platform", code=2)
    password = made_password() if generate else _asked()
    user_id = asyncio.run(create(read_settings(), email, password, slug=client))
    typer.echo(
        f"{user_id}  {email.strip().lower()}  {'platform_admin' if platform else f'admin of {client}'}"
    )
    if generate:
        typer.echo(f"password (shown this once): {password}")


def _asked() -> str:
    """Twice at a terminal; from a pipe its first line."""
    import sys

    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return password
