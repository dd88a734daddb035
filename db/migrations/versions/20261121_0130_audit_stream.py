"""Audit records on their way through the stream."""

from pathlib import Path

from docflow.db.roles import APP, AUDIT
from docflow.db.steps import AsEngine, give_to_engine, run, run_file

revision = "0004_audit_stream"
down_revision = "0003_measures"
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parent.parent / "sql" / "0004"

FUNCTIONS = {
    "offer_audit": ("integer, double precision", (APP,)),
    "take_late_audit": ("integer, double precision", (AUDIT,)),
}


def upgrade() -> None:
    for name, (arguments, callers) in FUNCTIONS.items():
        run_file(SQL / f"{name}.sql")
        give_to_engine(f"{name}({arguments})", to=callers)


def downgrade() -> None:
    with AsEngine():
        for name, (arguments, _) in reversed(FUNCTIONS.items()):
            run(f"DROP FUNCTION {name}({arguments})")
