"""Acts of platform administrators that reach every client stand in each client's audit."""

from pathlib import Path

from docflow.db.steps import AsEngine, give_to_engine, run, run_file

revision = "0032_platform_acts"
down_revision = "0031_accept"
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parent.parent / "sql" / "0032"
FUNCTION = "tell_every_client(uuid, text, jsonb)"


def upgrade() -> None:
    run_file(SQL / "tell_every_client.sql")
    give_to_engine(FUNCTION)


def downgrade() -> None:
    with AsEngine():
        run(f"DROP FUNCTION {FUNCTION}")
