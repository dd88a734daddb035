"""A document that repeats an earlier one is something to tell, and to count by an alert rule."""

from docflow.db.steps import AsEngine, run

revision = "0062_duplicates"
down_revision = "0047_outbound"
branch_labels = None
depends_on = None

NEW = "document_duplicate"
TYPES = (
    "hitl_required", "process_failed", "low_confidence", "fraud_detected", "process_completed", "quota_warning",
    "alert", "digest",
)  # fmt: skip
EVENTS = ("hitl_required", "process_failed", "low_confidence", "fraud_detected", "quota_warning")


def upgrade() -> None:
    allow("notifications", "type", f"type IN {(*TYPES, NEW)}")
    allow("alert_rules", "event", f"event IS NULL OR event IN {(*EVENTS, NEW)}")


def downgrade() -> None:
    with AsEngine():
        run(f"DELETE FROM notifications WHERE type = '{NEW}'")
    run("ALTER TABLE alert_rules NO FORCE ROW LEVEL SECURITY")
    run(f"DELETE FROM alert_rules WHERE event = '{NEW}'")
    run("ALTER TABLE alert_rules FORCE ROW LEVEL SECURITY")
    allow("notifications", "type", f"type IN {TYPES}")
    allow("alert_rules", "event", f"event IS NULL OR event IN {EVENTS}")


def allow(table: str, column: str, condition: str) -> None:
    name = f"ck_{table}_{column}_known"
    run(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    run(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({condition})")
