"""Vendors with their accounts and history, what documents state of whom to pay, and reviews that ask for two people."""

from pathlib import Path

from docflow.db.roles import APP, ENGINE
from docflow.db.steps import AsEngine, allow_all, allow_client, give_to_engine, run, run_file

revision = "0034_vendors"
down_revision = "0033_evaluations"
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parent.parent / "sql" / "0034"

TABLES = ("vendors", "vendor_accounts", "document_marks")
FULL = "SELECT, INSERT, UPDATE, DELETE"
FUNCTIONS = {"count_documents": "jsonb", "require_approvals": "jsonb"}


def upgrade() -> None:
    run_file(SQL / "tables.sql")
    for table in TABLES:
        allow_client(table)
        allow_all(table, ENGINE)
        run(f"GRANT SELECT, INSERT, UPDATE ON {table} TO {ENGINE}")
        run(f"GRANT {FULL} ON {table} TO {APP}")
    for name, arguments in FUNCTIONS.items():
        run_file(SQL / f"{name}.sql")
        give_to_engine(f"{name}({arguments})")


def downgrade() -> None:
    with AsEngine():
        for name, arguments in reversed(FUNCTIONS.items()):
            run(f"DROP FUNCTION {name}({arguments})")
    for table in reversed(TABLES):
        run(f"DROP TABLE {table}")
