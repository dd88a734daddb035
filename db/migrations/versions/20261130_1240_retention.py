"""How long a client keeps its documents, and the function that lists those which do not keep them for good."""

from pathlib import Path

from docflow.db.roles import APP, ENGINE
from docflow.db.steps import AsEngine, allow_all, allow_client, give_to_engine, run, run_file

revision = "0070_retention"
down_revision = "0060_search_by_part"
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parent.parent / "sql" / "0070"
LIST = "list_retaining_clients(uuid, integer)"


def upgrade() -> None:
    run_file(SQL / "tables.sql")
    allow_client("retentions")
    run(f"GRANT SELECT, INSERT, UPDATE, DELETE ON retentions TO {APP}")
    allow_all("retentions", ENGINE, action="SELECT")
    run(f"GRANT SELECT ON retentions TO {ENGINE}")
    run_file(SQL / "list_retaining_clients.sql")
    give_to_engine(LIST)


def downgrade() -> None:
    with AsEngine():
        run(f"DROP FUNCTION {LIST}")
    run("DROP TABLE retentions")
