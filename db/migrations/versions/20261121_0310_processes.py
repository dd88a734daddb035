"""Uploads, removal of files, and the fields by which processes are found."""

from pathlib import Path

from docflow.db.roles import APP, ENGINE
from docflow.db.steps import AsEngine, allow_all, allow_client, give_to_engine, run, run_file

revision = "0008_processes"
down_revision = "0007_tenancy"
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parent.parent / "sql" / "0008"

FULL = "SELECT, INSERT, UPDATE, DELETE"
TABLES = {"file_removals": FULL, "uploads": FULL, "process_fields": "SELECT, INSERT, DELETE"}
ENGINE_FUNCTIONS = {
    "take_removals": "integer, double precision",
    "end_removals": "uuid[]",
    "sweep_uploads": "",
}
INDEXES = (
    "ix_llm_cache_process", "ix_notifications_process", "ix_webhook_deliveries_process", "ix_processes_type_list",
    "ix_processes_creator_list",
)  # fmt: skip


def upgrade() -> None:
    run_file(SQL / "tables.sql")
    for table, rights in TABLES.items():
        allow_client(table)
        allow_all(table, ENGINE)
        run(f"GRANT {rights} ON {table} TO {APP}")
        run(f"GRANT {FULL} ON {table} TO {ENGINE}")
    run_file(SQL / "field_text.sql")
    run(f"GRANT EXECUTE ON FUNCTION field_text(jsonb) TO {APP}, {ENGINE}")
    run_file(SQL / "index_process_fields.sql")
    run(
        "CREATE TRIGGER index_fields_of_new AFTER INSERT ON processes FOR EACH ROW"
        " WHEN (NEW.extraction_result IS NOT NULL) EXECUTE FUNCTION index_process_fields()"
    )
    run(
        "CREATE TRIGGER index_fields_of_changed AFTER UPDATE OF extraction_result ON processes FOR EACH ROW"
        " WHEN (OLD.extraction_result IS DISTINCT FROM NEW.extraction_result)"
        " EXECUTE FUNCTION index_process_fields()"
    )
    for name, arguments in ENGINE_FUNCTIONS.items():
        run_file(SQL / f"{name}.sql")
        give_to_engine(f"{name}({arguments})")
    index_what_is_there()


def index_what_is_there() -> None:
    # Rows of clients are out of the owner's sight.
    with AsEngine():
        run(
            "INSERT INTO process_fields (client_id, process_id, name, value, created_at)"
            " SELECT p.client_id, p.process_id, read.name, field_text(read.field -> 'value'), p.created_at"
            " FROM processes p CROSS JOIN LATERAL jsonb_each(p.extraction_result -> 'fields') AS read (name, field)"
            " WHERE jsonb_typeof(p.extraction_result -> 'fields') = 'object' AND length(read.name) <= 200"
            " AND jsonb_typeof(read.field) = 'object' AND field_text(read.field -> 'value') IS NOT NULL"
        )


def downgrade() -> None:
    with AsEngine():
        for name, arguments in ENGINE_FUNCTIONS.items():
            run(f"DROP FUNCTION {name}({arguments})")
    run("DROP TRIGGER index_fields_of_new ON processes")
    run("DROP TRIGGER index_fields_of_changed ON processes")
    run("DROP FUNCTION index_process_fields()")
    run("DROP FUNCTION field_text(jsonb)")
    run(f"DROP INDEX {', '.join(INDEXES)}")
    run("ALTER TABLE idempotency_keys DROP COLUMN process_id")
    run("ALTER TABLE processes DROP COLUMN external_key")
    run("ALTER TABLE documents DROP COLUMN name_key")
    run(f"DROP TABLE {', '.join(TABLES)}")
    run(
        "CREATE INDEX ix_processes_extraction_result ON processes USING gin (extraction_result jsonb_path_ops)"
    )
