"""What is asked of the database most often, in one round trip."""

from pathlib import Path

from docflow.db.roles import APP
from docflow.db.steps import run, run_file

revision = "0009_quick_reads"
down_revision = "0008_processes"
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parent.parent / "sql" / "0009"


FUNCTIONS = {
    "read_process": "uuid, uuid",
    "expect_files": "uuid, text, uuid, uuid, text, timestamptz",
}


def upgrade() -> None:
    for name, arguments in FUNCTIONS.items():
        run_file(SQL / f"{name}.sql")
        run(f"REVOKE ALL ON FUNCTION {name}({arguments}) FROM PUBLIC")
        run(f"GRANT EXECUTE ON FUNCTION {name}({arguments}) TO {APP}")


def downgrade() -> None:
    for name, arguments in reversed(FUNCTIONS.items()):
        run(f"DROP FUNCTION {name}({arguments})")
