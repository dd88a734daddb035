"""Dead runs page by page, with what they say, of one client or of all."""

from pathlib import Path

from docflow.db.steps import AsEngine, give_to_engine, run, run_file

revision = "0065_dead_runs"
down_revision = "0064_calls"
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parent.parent / "sql" / "0065"
FUNCTION = "find_dead_runs(integer, timestamptz, uuid, text, text, uuid, uuid)"


def upgrade() -> None:
    run_file(SQL / "find_dead_runs.sql")
    give_to_engine(FUNCTION)


def downgrade() -> None:
    with AsEngine():
        run(f"DROP FUNCTION {FUNCTION}")
