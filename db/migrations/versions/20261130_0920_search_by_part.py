"""An index of the parts of file names and external ids, and the function that asks it."""

from pathlib import Path

from docflow.db.roles import APP, ENGINE
from docflow.db.steps import AsEngine, give_to_engine, run, run_file

revision = "0060_search_by_part"
down_revision = "0061_payment_signals"
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parent.parent / "sql" / "0060"


def upgrade() -> None:
    run_file(SQL / "search_grams.sql")
    run("REVOKE ALL ON FUNCTION search_grams(uuid, text) FROM PUBLIC")
    # Whoever writes a row fills the index.
    run(f"GRANT EXECUTE ON FUNCTION search_grams(uuid, text) TO {APP}, {ENGINE}")
    run_file(SQL / "indexes.sql")
    run_file(SQL / "find_by_part.sql")
    give_to_engine("find_by_part(text, integer)")


def downgrade() -> None:
    with AsEngine():
        run("DROP FUNCTION find_by_part(text, integer)")
    run("DROP INDEX ix_processes_external_grams, ix_documents_name_grams")
    run("DROP FUNCTION search_grams(uuid, text)")
