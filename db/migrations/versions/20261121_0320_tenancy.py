"""Clients, and the platform's types, prompts and configurations, written by platform administrators."""

from pathlib import Path

from docflow.db.roles import APP, ENGINE
from docflow.db.steps import BOUND, AsEngine, give_to_engine, protect, run, run_file

revision = "0007_tenancy"
down_revision = "0006_access"
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parent.parent / "sql" / "0007"

GUARD = "refuse_unless_platform_admin(uuid)"
FUNCTIONS = {
    "list_clients": "uuid, uuid, text, timestamptz, uuid, integer",
    "add_client": "uuid, uuid, text, text, text, bigint",
    "change_client": "uuid, uuid, integer, jsonb",
    "write_platform_type": "uuid, jsonb, integer",
    "write_platform_prompt": "uuid, jsonb, integer",
    "write_platform_configuration": "uuid, jsonb, integer",
}
ADDED = "INSERT (client_id, name, slug, subscription_tier, token_balance)"
CHANGED = "UPDATE (name, status, subscription_tier, token_balance, version)"


def upgrade() -> None:
    run("CREATE INDEX ix_clients_created_at ON clients (created_at, client_id)")
    for table in ("prompts", "configurations"):
        run(f"ALTER TABLE {table} ADD COLUMN revision integer NOT NULL DEFAULT 1")
    run_file(SQL / "refuse_change_of_published.sql")
    # A type's id is the only key that clients share, so none may take an id under another's slug.
    run(
        "CREATE POLICY own_slug ON process_types AS RESTRICTIVE FOR INSERT WITH CHECK (client_id IS NULL OR "
        "starts_with(process_type_id, (SELECT c.slug || '.' FROM clients c WHERE c.client_id = process_types.client_id)))"
    )
    open_platform_answers()
    run(f"GRANT {ADDED}, {CHANGED} ON clients TO {ENGINE}")
    run_file(SQL / "refuse_unless_platform_admin.sql")
    give_to_engine(GUARD, to=())
    for name, arguments in FUNCTIONS.items():
        run_file(SQL / f"{name}.sql")
        give_to_engine(f"{name}({arguments})")


def open_platform_answers() -> None:
    """What a platform administrator was answered; seen where no client is bound."""
    run_file(SQL / "platform_answers.sql")
    protect("platform_answers")
    run(f"CREATE POLICY platform ON platform_answers USING ({BOUND} IS NULL) WITH CHECK ({BOUND} IS NULL)")
    run(f"GRANT SELECT, INSERT, UPDATE, DELETE ON platform_answers TO {APP}")


def downgrade() -> None:
    with AsEngine():
        for name, arguments in reversed(FUNCTIONS.items()):
            run(f"DROP FUNCTION {name}({arguments})")
        run(f"DROP FUNCTION {GUARD}")
    run(f"REVOKE {ADDED}, {CHANGED} ON clients FROM {ENGINE}")
    run("DROP TABLE platform_answers")
    run("DROP POLICY own_slug ON process_types")
    run_file(SQL / "refuse_change_of_published_before.sql")
    for table in ("prompts", "configurations"):
        run(f"ALTER TABLE {table} DROP COLUMN revision")
    run("DROP INDEX ix_clients_created_at")
