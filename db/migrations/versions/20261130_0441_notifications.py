"""What each person has read and wants, channels with their messages, alert rules."""

from pathlib import Path

from docflow.db.roles import APP, ENGINE
from docflow.db.steps import AsEngine, allow_all, allow_client, give_to_engine, run, run_file

revision = "0041_notifications"
down_revision = "0036_splitting"
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parent.parent / "sql" / "0041"

FULL = "SELECT, INSERT, UPDATE, DELETE"
TABLES = {
    "notification_reads": "SELECT",
    "notification_preferences": "SELECT",
    "notification_channels": "SELECT, UPDATE",
    "notification_messages": FULL,
    "alert_rules": "SELECT",
}
"""What docflow_engine may do with each."""
OWN = {
    "alert_value": "uuid, text, text, integer, timestamptz",
    "fire_alert_rules": "uuid, timestamptz",
}
"""They work with the caller's rights, on the client it is bound to."""
ACROSS = {
    "spread_notifications": "integer",
    "take_messages": "integer, double precision",
    "finish_message": "uuid, integer, text, double precision, boolean, text",
    "list_alerting_clients": "uuid, integer",
    "sweep_notifications": "",
}


def upgrade() -> None:
    run_file(SQL / "tables.sql")
    for table, engine in TABLES.items():
        allow_client(table)
        allow_all(table, ENGINE)
        run(f"GRANT {FULL} ON {table} TO {APP}")
        run(f"GRANT {engine} ON {table} TO {ENGINE}")
    run_file(SQL / "keep_wanted_completion.sql")
    run("REVOKE ALL ON FUNCTION keep_wanted_completion() FROM PUBLIC")
    for name, arguments in OWN.items():
        run_file(SQL / f"{name}.sql")
        run(f"REVOKE ALL ON FUNCTION {name}({arguments}) FROM PUBLIC")
        run(f"GRANT EXECUTE ON FUNCTION {name}({arguments}) TO {APP}")
    for name, arguments in ACROSS.items():
        run_file(SQL / f"{name}.sql")
        give_to_engine(f"{name}({arguments})")


def downgrade() -> None:
    with AsEngine():
        for name, arguments in reversed(ACROSS.items()):
            run(f"DROP FUNCTION {name}({arguments})")
    for name, arguments in reversed(OWN.items()):
        run(f"DROP FUNCTION {name}({arguments})")
    run("DROP TRIGGER keep_wanted_completion ON notifications")
    run("DROP FUNCTION keep_wanted_completion()")
    run(f"DROP TABLE {', '.join(reversed(TABLES))}")
    run("DROP INDEX ix_notifications_type")
    run("ALTER TABLE notifications DROP CONSTRAINT uq_notifications_client_id_notification_id")
    run("ALTER TABLE notifications DROP COLUMN is_spread")
