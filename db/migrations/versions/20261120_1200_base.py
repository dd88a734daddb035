"""Tables, views, roles' rights and row-level security."""

from pathlib import Path

from docflow.db.roles import APP, AUDIT, ENGINE, OWNER
from docflow.db.steps import BOUND, AsEngine, allow_all, allow_client, give_to_engine, protect, run, run_file

revision = "0001_base"
down_revision = None
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parent.parent / "sql"

STAMPED = ("clients", "users", "process_types", "configurations", "processes", "documents")

# What docflow_app may do, and docflow_engine.
FULL = "SELECT, INSERT, UPDATE, DELETE"
KEPT = "SELECT, INSERT, UPDATE"
ADDED = "SELECT, INSERT"

CLIENT_TABLES = {
    "clients": (KEPT, "SELECT"),
    "users": (FULL, "SELECT"),
    "api_keys": (FULL, "SELECT"),
    "processes": (FULL, FULL),
    "documents": (FULL, FULL),
    "pages": (FULL, FULL),
    "stage_runs": (KEPT, FULL),
    "reviews": (FULL, FULL),
    "field_corrections": (ADDED, FULL),
    "output_actions": (FULL, FULL),
    "notifications": (FULL, FULL),
    "webhook_endpoints": (FULL, FULL),
    "webhook_deliveries": (FULL, FULL),
    "idempotency_keys": (FULL, FULL),
    "llm_calls": (KEPT, FULL),
    "llm_cache": (FULL, FULL),
    "budgets": (KEPT, FULL),
    "usage_events": (ADDED, FULL),
    "outbox": (ADDED, FULL),
}
TEMPLATE_TABLES = ("process_types", "prompts", "configurations")
"""Rows without a client are the platform's: everybody reads them, only the owner and docflow_engine write them."""
ACCOUNT_TABLES = ("refresh_sessions", "account_tokens")
"""Rows without a client belong to platform administrators: seen where no client is bound."""
PLAIN_TABLES = {
    "workers": ("SELECT", FULL),
    "periodic_runs": ("SELECT", FULL),
    "login_attempts": (ADDED, FULL),
}
AUDIT_TABLES = {
    "audit_logs": "SELECT, INSERT",
    "audit_chain_heads": "SELECT, INSERT",
    "audit_offsets": "SELECT, INSERT, UPDATE",
    "audit_dead": "SELECT, INSERT",
}
VIEWS = ("v_active_processes", "v_client_token_usage", "v_hitl_queue")

ACCOUNT_FUNCTIONS = (
    "find_login(text)",
    "find_standing(uuid, uuid)",
    "use_totp_step(uuid, bigint)",
    "find_api_key(text)",
)

TABLES = (*CLIENT_TABLES, *TEMPLATE_TABLES, *ACCOUNT_TABLES, *PLAIN_TABLES, *AUDIT_TABLES)


def upgrade() -> None:
    run(f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC")
    run(f"GRANT USAGE ON SCHEMA public TO {APP}, {ENGINE}, {AUDIT}")
    run(f"GRANT SELECT ON alembic_version TO {APP}, {AUDIT}")
    run_file(SQL / "0001_tables.sql")
    run_file(SQL / "0001_functions.sql")
    run_file(SQL / "0001_views.sql")
    add_triggers()
    open_client_tables()
    open_templates()
    open_accounts()
    open_plain_tables()
    open_audit()
    run(f"GRANT SELECT ON {', '.join(VIEWS)} TO {APP}")
    run(f"GRANT UPDATE (totp_last_step) ON users TO {ENGINE}")
    for function in ACCOUNT_FUNCTIONS:
        give_to_engine(function)
    run(f"GRANT EXECUTE ON FUNCTION ensure_audit_partitions(integer) TO {APP}, {AUDIT}")
    run("SELECT ensure_audit_partitions(12)")


def add_triggers() -> None:
    for table in STAMPED:
        run(
            f"CREATE TRIGGER update_{table}_updated_at BEFORE UPDATE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION update_updated_at_column()"
        )
    for table in ("configurations", "prompts"):
        # Its name sorts before update_..., so it sees the row as the caller wrote it.
        run(
            f"CREATE TRIGGER published_{table} BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change_of_published()"
        )
    for table in ("audit_logs", "audit_chain_heads"):
        run(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        run(
            f"CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def open_client_tables() -> None:
    for table, (app, engine) in CLIENT_TABLES.items():
        allow_client(table)
        allow_all(table, ENGINE)
        grant(table, app, engine)
    # A platform administrator, who has no client, is written by the owner alone.
    platform_rows_by_owner("users")


def open_templates() -> None:
    for table in TEMPLATE_TABLES:
        protect(table)
        own = f"client_id = {BOUND}"
        written = own
        if table != "process_types":
            # A foreign key does not look at policies: another client's own type is refused here.
            written += (
                f" AND EXISTS (SELECT FROM process_types t WHERE t.process_type_id = {table}.process_type_id)"
            )
        run(f"CREATE POLICY read ON {table} FOR SELECT USING (client_id IS NULL OR {own})")
        run(f"CREATE POLICY add ON {table} FOR INSERT WITH CHECK ({written})")
        run(f"CREATE POLICY change ON {table} FOR UPDATE USING ({own}) WITH CHECK ({written})")
        run(f"CREATE POLICY remove ON {table} FOR DELETE USING ({own})")
        platform_rows_by_owner(table)
        allow_all(table, ENGINE)
        grant(table, FULL, FULL)


def open_accounts() -> None:
    for table in ACCOUNT_TABLES:
        protect(table)
        own = f"client_id = {BOUND} OR (client_id IS NULL AND {BOUND} IS NULL)"
        run(f"CREATE POLICY client ON {table} USING ({own}) WITH CHECK ({own})")
        allow_all(table, ENGINE)
        grant(table, FULL, FULL)


def open_plain_tables() -> None:
    for table, (app, engine) in PLAIN_TABLES.items():
        protect(table)
        allow_all(table, APP)
        allow_all(table, ENGINE)
        grant(table, app, engine)


def open_audit() -> None:
    run("CREATE TABLE audit_logs_other PARTITION OF audit_logs DEFAULT")
    run("SELECT protect_audit_partition('audit_logs_other')")
    for table, rights in AUDIT_TABLES.items():
        protect(table)
        for action in rights.split(", "):
            allow_all(table, AUDIT, action=action)
        run(f"GRANT {rights} ON {table} TO {AUDIT}")
    for table in ("audit_logs", "audit_chain_heads"):
        run(f"CREATE POLICY client ON {table} FOR SELECT USING (client_id = {BOUND})")
        allow_all(table, ENGINE, action="SELECT")
        run(f"GRANT SELECT ON {table} TO {APP}, {ENGINE}")


def platform_rows_by_owner(table: str) -> None:
    run(
        f"CREATE POLICY platform ON {table} TO {OWNER} USING (client_id IS NULL) WITH CHECK (client_id IS NULL)"
    )


def grant(table: str, app: str, engine: str) -> None:
    run(f"GRANT {app} ON {table} TO {APP}")
    run(f"GRANT {engine} ON {table} TO {ENGINE}")


def downgrade() -> None:
    run(f"DROP VIEW {', '.join(VIEWS)}")
    with AsEngine():
        run(f"DROP FUNCTION {', '.join(ACCOUNT_FUNCTIONS)}")
    run(f"DROP TABLE {', '.join(TABLES)}")
    run(
        "DROP FUNCTION ensure_audit_partitions(integer), protect_audit_partition(text), "
        "refuse_change_of_published(), refuse_change(), update_updated_at_column()"
    )
    run(f"REVOKE USAGE ON SCHEMA public FROM {APP}, {ENGINE}, {AUDIT}")
    run(f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} GRANT EXECUTE ON FUNCTIONS TO PUBLIC")
