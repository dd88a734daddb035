def doctor() -> None:
    """Check this machine and its settings; each thing that is missing comes with how to fix it.

    A warning fails nothing: outside production, that something is not encrypted is one.
    """
    import asyncio

    import typer
    from rich.console import Console
    from rich.markup import escape

    from docflow_cli.checkup import check_all
    from docflow_cli.installation import read_settings

    out = Console(highlight=False, soft_wrap=True)
    findings = asyncio.run(check_all(read_settings()))
    for finding in findings:
        good = "[yellow]warning[/]" if finding.warning else "[green]ok[/]     "
        mark = good if finding.ok else "[red]missing[/]"
        out.print(f"{mark}  {finding.name}: {escape(finding.found)}")
        if finding.warning or not finding.ok:
            out.print(f"         fix: {escape(finding.fix)}")
    raise typer.Exit(0 if all(each.ok for each in findings) else 1)
