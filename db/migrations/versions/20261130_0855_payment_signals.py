"""The amounts up to which one person may approve, by currency, and from whose domain a document was sent."""

from pathlib import Path

from docflow.db.steps import AsEngine, give_to_engine, run, run_file

revision = "0061_payment_signals"
down_revision = "0065_dead_runs"
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parent.parent / "sql"
FUNCTION = "write_platform_configuration(uuid, jsonb, integer)"


def upgrade() -> None:
    run("ALTER TABLE configurations ADD COLUMN approval_limits JSONB DEFAULT '{}'::jsonb NOT NULL")
    run("ALTER TABLE document_marks ADD COLUMN sender_domain TEXT")
    replace("0061")


def replace(folder: str) -> None:
    with AsEngine():
        run(f"DROP FUNCTION {FUNCTION}")
    run_file(SQL / folder / "write_platform_configuration.sql")
    give_to_engine(FUNCTION)


def downgrade() -> None:
    replace("0052")
    run("ALTER TABLE document_marks DROP COLUMN sender_domain")
    run("ALTER TABLE configurations DROP COLUMN approval_limits")
