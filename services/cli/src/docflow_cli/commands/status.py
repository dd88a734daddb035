def status() -> None:
    """Say what runs here, where, and what its parts report. Ends with 1 when nothing runs."""
    import httpx
    import typer
    from docflow.adapters.postgres.embedded import EmbeddedPostgres

    from docflow_cli.installation import read_settings, read_state

    settings = read_settings()
    state = read_state(settings)
    run = state.run()
    typer.echo(f"home      {state.home}")
    if settings.db.url is None:
        server = EmbeddedPostgres(state.home).status()
        where = f"{server.data}{' (the home folder is closed to its account)' if server.outside else ''}"
        alive = f"runs, process {server.pid}, port {server.port}" if server.running else "stopped"
        typer.echo(
            f"database  {alive}; PostgreSQL {server.major} in {where}"
            if server.data
            else "database  not made yet"
        )
    else:
        typer.echo("database  the one in DOCFLOW_DB__URL")
    if run is None:
        typer.echo("program   stopped; start it with `docflow up`")
        raise typer.Exit(1)
    typer.echo(f"program   runs, process {run.pids['docflow']}, {run.api_url}")
    try:
        answer = httpx.get(f"{run.api_url}/readyz", timeout=5, trust_env=False)
    except httpx.HTTPError as error:
        typer.echo(f"gateway   does not answer ({type(error).__name__})")
        raise typer.Exit(1) from None
    typer.echo(f"gateway   {'ready' if answer.is_success else 'not ready'}: {answer.text.strip()}")
