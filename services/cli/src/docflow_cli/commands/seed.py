from typing import Annotated

import typer


def seed(
    force: Annotated[bool, typer.Option("--force", help="Even in production.")] = False,
) -> None:
    """Load the demo data: three clients, their users and the process types. Safe to repeat."""
    import asyncio

    from docflow.db import seed as seeds

    from docflow_cli.databases import migration_url
    from docflow_cli.installation import read_settings

    settings = read_settings()

    async def load() -> None:
        async with migration_url(settings) as url:
            await seeds.load(url, env=settings.env, force=force)

    asyncio.run(load())
    typer.echo("demo data loaded")
