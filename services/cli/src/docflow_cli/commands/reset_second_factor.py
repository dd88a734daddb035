from typing import Annotated

import typer


def reset_second_factor(
    email: Annotated[str, typer.Option("--email", help="The address that the person signs in with.")],
) -> None:
    """Take away the second factor of somebody who lost it, with its recovery codes; all their sessions end."""
    import asyncio

    from docflow_cli.administrators import reset_second_factor as reset
    from docflow_cli.installation import read_settings

    user_id = asyncio.run(reset(read_settings(), email))
    typer.echo(f"{user_id}  {email.strip().lower()}  signs in with the password alone and can set up another")
