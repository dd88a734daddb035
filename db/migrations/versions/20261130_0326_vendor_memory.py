"""What approved documents and corrections teach about their vendors."""

from pathlib import Path

from docflow.db.roles import APP
from docflow.db.steps import allow_client, run, run_file

revision = "0026_vendor_memory"
down_revision = "0015_usage"
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parent.parent / "sql" / "0026"
TABLES = ("vendor_memories", "vendor_templates")


def upgrade() -> None:
    run_file(SQL / "tables.sql")
    for table in TABLES:
        allow_client(table)
        run(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {APP}")


def downgrade() -> None:
    for table in reversed(TABLES):
        run(f"DROP TABLE {table}")
