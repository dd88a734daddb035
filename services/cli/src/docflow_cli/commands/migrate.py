def migrate() -> None:
    """Bring the database to this version's schema. Safe to repeat."""
    import asyncio

    import typer
    from docflow.db import migrate as migrations

    from docflow_cli.databases import migration_url
    from docflow_cli.installation import read_settings

    async def bring_up() -> None:
        async with migration_url(read_settings()) as url:
            await migrations.upgrade(url)
            typer.echo(f"the schema is at {await migrations.current(url)}")

    asyncio.run(bring_up())
