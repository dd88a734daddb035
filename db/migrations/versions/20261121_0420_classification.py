"""What approved documents of each type have taught."""

from pathlib import Path

from docflow.db.roles import APP
from docflow.db.steps import allow_client, run, run_file

revision = "0012_classification"
down_revision = "0009_quick_reads"
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parent.parent / "sql" / "0012"


def upgrade() -> None:
    run_file(SQL / "tables.sql")
    allow_client("type_words")
    run(f"GRANT SELECT, INSERT, UPDATE, DELETE ON type_words TO {APP}")


def downgrade() -> None:
    run("DROP TABLE type_words")
