"""Secrets of clients, and claims in which one slow receiver keeps nobody else waiting."""

from pathlib import Path

from docflow.db.roles import APP
from docflow.db.steps import AsEngine, allow_client, give_to_engine, run, run_file

revision = "0047_outbound"
down_revision = "0052_reviews"
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parent.parent / "sql"
#: Arguments now, and before. What is called with the old ones gets the defaults.
FUNCTIONS = {
    "claim_actions": ("uuid, integer, integer", "uuid, integer"),
    "claim_deliveries": ("uuid, integer, integer", "uuid, integer"),
    "finish_deliveries": ("uuid, jsonb", "uuid, jsonb"),
}


def upgrade() -> None:
    run_file(SQL / "0047" / "tables.sql")
    allow_client("client_secrets")
    run(f"GRANT SELECT, INSERT, UPDATE, DELETE ON client_secrets TO {APP}")
    for name, (now, before) in FUNCTIONS.items():
        _replace(name, before, now, SQL / "0047")


def downgrade() -> None:
    for name, (now, before) in FUNCTIONS.items():
        _replace(name, now, before, SQL / "0002")
    for index in ("webhook_deliveries_lanes", "webhook_deliveries_endpoint", "output_actions_lanes"):
        run(f"DROP INDEX ix_{index}")
    run("DROP TABLE client_secrets")


def _replace(name: str, old: str, new: str, folder: Path) -> None:
    with AsEngine():
        run(f"DROP FUNCTION {name}({old})")
    run_file(folder / f"{name}.sql")
    give_to_engine(f"{name}({new})")
