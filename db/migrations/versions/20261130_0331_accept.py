"""A submission is accepted in one round trip."""

from pathlib import Path

from docflow.db.roles import APP
from docflow.db.steps import run, run_file

revision = "0031_accept"
down_revision = "0026_vendor_memory"
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parent.parent / "sql" / "0031"


def upgrade() -> None:
    run_file(SQL / "accept_process.sql")
    run("REVOKE ALL ON FUNCTION accept_process(uuid, jsonb, jsonb, jsonb) FROM PUBLIC")
    run(f"GRANT EXECUTE ON FUNCTION accept_process(uuid, jsonb, jsonb, jsonb) TO {APP}")


def downgrade() -> None:
    run("DROP FUNCTION accept_process(uuid, jsonb, jsonb, jsonb)")
