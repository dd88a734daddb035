"""What a person needs to know once everything runs."""

from docflow.runtime.local_state import Run
from docflow.runtime.settings import Settings
from rich.console import Console

DEMO_LOGIN = "admin@acme.com / password123"


def welcome(settings: Settings, run: Run, console: Console | None = None) -> None:
    out = console or Console(highlight=False, soft_wrap=True)
    out.print()
    out.print(f"[bold green]DocFlow AI runs[/] at [bold]{run.api_url}[/]")
    out.print(f"  API documentation   {run.api_url}/docs")
    if not settings.is_production:
        out.print(f"  sign in             {DEMO_LOGIN} (demo data)")
    out.print(f"  data                {settings.home.absolute()}")
    out.print(f"  key of this machine {settings.home.absolute() / 'run.json'} (api_key)")
    out.print("  submit a document   docflow submit FILE --type simple_invoice --wait")
    out.print("  stop                Ctrl-C, or `docflow down` elsewhere")
    out.print()
