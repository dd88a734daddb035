"""The `docflow` command: every verb, and how an error ends it."""

import os
import signal
import sys
from types import FrameType

import typer

from docflow_cli.commands.audit import audit
from docflow_cli.commands.broker import broker
from docflow_cli.commands.create_admin import create_admin
from docflow_cli.commands.db import db
from docflow_cli.commands.demo import demo
from docflow_cli.commands.dlq import dlq
from docflow_cli.commands.doctor import doctor
from docflow_cli.commands.down import down
from docflow_cli.commands.eval import evaluate
from docflow_cli.commands.logs import logs
from docflow_cli.commands.mail import mail
from docflow_cli.commands.migrate import migrate
from docflow_cli.commands.n8n import n8n
from docflow_cli.commands.reset_second_factor import reset_second_factor
from docflow_cli.commands.result import result
from docflow_cli.commands.retention import retention
from docflow_cli.commands.run import run_service
from docflow_cli.commands.seed import seed
from docflow_cli.commands.status import status
from docflow_cli.commands.submit import submit
from docflow_cli.commands.types import types
from docflow_cli.commands.up import up

app = typer.Typer(
    name="docflow",
    help="Turn documents into checked, typed data and send it on.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # its help pages cost a third of the start
    pretty_exceptions_enable=False,
)
for verb in (
    up, down, demo, status, doctor, logs, submit, result, retention, migrate, seed, create_admin, reset_second_factor
):  # fmt: skip
    app.command()(verb)
app.command("run")(run_service)
app.add_typer(types, name="types")
app.add_typer(dlq, name="dlq")
app.add_typer(db, name="db")
app.add_typer(evaluate, name="eval")
app.add_typer(audit, name="audit")
app.add_typer(broker, name="broker")
app.add_typer(mail, name="mail")
app.add_typer(n8n, name="n8n")


def run() -> None:
    """Entry point. What people can fix is said in one line; anything else is a bug and shows its traceback."""
    # Until a program stands that finishes its work, a wish to stop ends it at once; process 1 of a container has
    # no other answer to it.
    signal.signal(signal.SIGTERM, _leave)
    from docflow.domain.errors import DocflowError

    try:
        app()
    except DocflowError as error:
        typer.secho(f"docflow: {error} [{error.code}]", fg="red", err=True)
        for place in error.problems:
            typer.secho(f"  {place.pointer.lstrip('/')} {place.message}", err=True)
        sys.exit(1)


def _leave(number: int, _: FrameType | None) -> None:
    os._exit(128 + number)
