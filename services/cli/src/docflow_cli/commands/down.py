def down() -> None:
    """Stop what `up` started here, and wait until it has ended."""
    import os
    import signal
    import time

    import typer
    from docflow.adapters.postgres import processes

    from docflow_cli.installation import fail, read_state

    state = read_state()
    run = state.run()
    if run is None:
        typer.echo(f"nothing runs in {state.home}")
        return
    pid = run.pids["docflow"]
    os.kill(pid, signal.SIGTERM)
    until = time.monotonic() + 30
    while processes.is_same(pid, run.started_at):
        if time.monotonic() > until:
            fail(f"process {pid} is still there after 30 s; see {state.home / 'logs'}")
        time.sleep(0.05)
    typer.echo("stopped")
