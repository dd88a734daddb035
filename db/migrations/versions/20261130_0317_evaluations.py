"""Sets of approved documents, evaluations over them, the gate before publishing, and a canary's share."""

from pathlib import Path

from docflow.db.roles import APP, ENGINE
from docflow.db.steps import AsEngine, allow_all, allow_client, give_to_engine, run, run_file

revision = "0033_evaluations"
down_revision = "0032_platform_acts"
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parent.parent / "sql" / "0033"

FULL = "SELECT, INSERT, UPDATE, DELETE"
TABLES = ("evaluation_sets", "evaluation_items", "evaluations", "evaluation_readings", "publish_gates")
TAKE = "take_evaluations(integer, double precision)"


def upgrade() -> None:
    run_file(SQL / "tables.sql")
    for table in TABLES:
        allow_client(table)
        run(f"GRANT {FULL} ON {table} TO {APP}")
    allow_all("evaluations", ENGINE)
    run(f"GRANT SELECT, UPDATE ON evaluations TO {ENGINE}")
    run_file(SQL / "refuse_change_of_published.sql")
    run_file(SQL / "take_evaluations.sql")
    give_to_engine(TAKE)


def downgrade() -> None:
    with AsEngine():
        run(f"DROP FUNCTION {TAKE}")
    run_file(SQL.parent / "0007" / "refuse_change_of_published.sql")
    run("DROP INDEX uq_configurations_canary")
    run("ALTER TABLE configurations DROP COLUMN canary_percent")
    run(f"DROP TABLE {', '.join(reversed(TABLES))}")
