"""Alert rules over all clients, and the channels that they tell; no session of a client sees any of it."""

from pathlib import Path

from docflow.db.roles import APP
from docflow.db.steps import BOUND, AsEngine, give_to_engine, protect, run, run_file

revision = "0063_platform_alerts"
down_revision = "0062_duplicates"
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parent.parent / "sql" / "0063"
TABLES = ("platform_channels", "platform_alert_rules", "platform_messages")
VALUE = "platform_alert_value(text, text, integer, timestamptz)"


def upgrade() -> None:
    run_file(SQL / "tables.sql")
    for table in TABLES:
        protect(table)
        run(f"CREATE POLICY platform ON {table} USING ({BOUND} IS NULL) WITH CHECK ({BOUND} IS NULL)")
        run(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {APP}")
    run_file(SQL / "platform_alert_value.sql")
    give_to_engine(VALUE)


def downgrade() -> None:
    with AsEngine():
        run(f"DROP FUNCTION {VALUE}")
    run(f"DROP TABLE {', '.join(reversed(TABLES))}")
