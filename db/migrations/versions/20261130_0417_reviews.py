"""Blind samples of what nobody looked at, reviews that free themselves, and a digest of those that wait."""

from pathlib import Path

from docflow.db.steps import AsEngine, give_to_engine, run, run_file

revision = "0052_reviews"
down_revision = "0041_notifications"
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parent.parent / "sql"
FUNCTIONS = {"open_samples": "jsonb", "free_leases": "integer", "digest_reviews": "interval, interval"}
REPLACED = {
    "measure_engine": ("", "0003"),
    "write_platform_configuration": ("uuid, jsonb, integer", "0007"),
}
"""Arguments, and where the one before stands."""


def upgrade() -> None:
    run_file(SQL / "0052" / "columns.sql")
    for name, arguments in FUNCTIONS.items():
        run_file(SQL / "0052" / f"{name}.sql")
        give_to_engine(f"{name}({arguments})")
    for name in REPLACED:
        replace(name, "0052")


def replace(name: str, folder: str) -> None:
    function = f"{name}({REPLACED[name][0]})"
    with AsEngine():
        run(f"DROP FUNCTION {function}")
    run_file(SQL / folder / f"{name}.sql")
    give_to_engine(function)


def downgrade() -> None:
    for name, (_, folder) in REPLACED.items():
        replace(name, folder)
    with AsEngine():
        for name, arguments in reversed(FUNCTIONS.items()):
            run(f"DROP FUNCTION {name}({arguments})")
    run("ALTER TABLE configurations DROP COLUMN review_sample_share")
    run("ALTER TABLE field_corrections DROP COLUMN review_id")
    run("DROP INDEX ix_reviews_lease")
    run("DROP INDEX uq_reviews_sample")
    run("ALTER TABLE reviews DROP COLUMN sample_share")
