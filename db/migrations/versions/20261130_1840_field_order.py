"""Output schemas keep the order of their fields."""

from pathlib import Path

from docflow.db.steps import AsEngine, give_to_engine, run, run_file

revision = "0071_field_order"
down_revision = "0069_sweep_sessions"
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parent.parent / "sql" / "0071"
FUNCTION = "write_platform_configuration(uuid, json, integer)"
"""Beside the one that takes jsonb, which the previous release calls."""


def upgrade() -> None:
    become("json")
    run_file(SQL / "write_platform_configuration.sql")
    give_to_engine(FUNCTION)


def become(kind: str) -> None:
    run("ALTER TABLE configurations ALTER COLUMN output_schema DROP DEFAULT")
    run(f"ALTER TABLE configurations ALTER COLUMN output_schema TYPE {kind} USING output_schema::{kind}")
    run(f"ALTER TABLE configurations ALTER COLUMN output_schema SET DEFAULT '{{}}'::{kind}")


def downgrade() -> None:
    with AsEngine():
        run(f"DROP FUNCTION {FUNCTION}")
    become("jsonb")
