"""The functions behind the gauges: what waits and for how long, over all clients, as counts and ages."""

from pathlib import Path

from docflow.db.roles import APP, AUDIT
from docflow.db.steps import AsEngine, give_to_engine, run, run_file

revision = "0003_measures"
down_revision = "0002_engine"
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parent.parent / "sql" / "0003"
FUNCTIONS = {"measure_engine()": APP, "measure_audit()": AUDIT}


def upgrade() -> None:
    for function, caller in FUNCTIONS.items():
        run_file(SQL / f"{function.removesuffix('()')}.sql")
        give_to_engine(function, to=(caller,))


def downgrade() -> None:
    with AsEngine():
        for function in FUNCTIONS:
            run(f"DROP FUNCTION {function}")
