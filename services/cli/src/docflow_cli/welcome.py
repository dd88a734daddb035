"""What a person needs to know once everything runs."""

import shutil
import sys
from pathlib import Path

from docflow.runtime.local_state import Run
from docflow.runtime.settings import Settings
from rich.console import Console

from docflow_cli.portal import Build

DEMO_LOGIN = "admin@acme.com / password123"


def welcome(settings: Settings, run: Run, build: Build | None = None, console: Console | None = None) -> None:
    """`build` is the portal's, where one is under way."""
    out = console or Console(highlight=False, soft_wrap=True)
    out.print()
    out.print(f"[bold green]DocFlow AI runs[/] at [bold]{run.api_url}[/]")
    out.print(f"  portal              {run.api_url}/{_state(build)}")
    out.print(f"  API documentation   {run.api_url}/docs")
    if not settings.is_production:
        out.print(f"  sign in             {DEMO_LOGIN} (demo data)")
    out.print(f"  data                {settings.home.absolute()}")
    out.print(f"  key of this machine {settings.home.absolute() / 'run.json'} (api_key)")
    out.print(f"  submit a document   {command()} submit FILE --type simple_invoice --wait")
    out.print(f"  stop                Ctrl-C, or `{command()} down` elsewhere")
    out.print()


def command() -> str:
    """What to type in this folder to reach this program: its name where the shell finds it, else its path."""
    here = Path(sys.prefix) / "bin" / "docflow"
    found = shutil.which("docflow")
    if not here.exists() or (found is not None and Path(found).resolve() == here.resolve()):
        return "docflow"
    return str(here.relative_to(Path.cwd())) if here.is_relative_to(Path.cwd()) else str(here)


def _state(build: Build | None) -> str:
    if build is None:
        return ""
    if build.is_running:
        return " (being built; the page opens by itself)"
    return f" (not built: {build.problem})" if build.problem else ""


def show_portal(run: Run, build: Build | None, console: Console) -> None:
    """The last words of a demo: where a person goes on, and as whom."""
    console.print()
    console.print(f"[bold]Go on in the portal:[/] {run.api_url}/{_state(build)}")
    console.print(f"  sign in as {DEMO_LOGIN}; what waits for a person is under Review")
