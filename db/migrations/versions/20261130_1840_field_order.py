"""Output schemas as they were written: their fields keep an order, which jsonb does not know."""

from pathlib import Path

from docflow.db.steps import AsEngine, give_to_engine, run, run_file

revision = "0071_field_order"
down_revision = "0069_sweep_sessions"
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parent.parent / "sql"
FUNCTION = "write_platform_configuration(uuid, jsonb, integer)"


def upgrade() -> None:
    run("ALTER TABLE configurations ADD COLUMN schema_text text")
    run_file(SQL / "0071" / "keep_schema_text.sql")
    write_by("0071")


def write_by(folder: str) -> None:
    with AsEngine():
        run(f"DROP FUNCTION {FUNCTION}")
    run_file(SQL / folder / "write_platform_configuration.sql")
    give_to_engine(FUNCTION)


def downgrade() -> None:
    write_by("0061")
    run("DROP TRIGGER keep_schema_text ON configurations")
    run("DROP FUNCTION keep_schema_text()")
    run("ALTER TABLE configurations DROP COLUMN schema_text")
