"""A call begins and ends with one statement each: the answer that is kept, or room for it; then the books."""

from pathlib import Path

from docflow.db.roles import APP
from docflow.db.steps import AsEngine, give_to_engine, run, run_file

revision = "0064_calls"
down_revision = "0063_platform_alerts"
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parent.parent / "sql"
BEGIN = "begin_calls(jsonb)"
#: Arguments, and who may call it besides the others here.
REPLACED = {
    "warn_of_budgets": ("uuid, date, bigint, bigint", ()),
    "reserve_calls": ("jsonb", (APP,)),
    "settle_calls": ("jsonb", (APP,)),
    "sweep_usage": ("", (APP,)),
}


def upgrade() -> None:
    _replace(SQL / "0064")
    run_file(SQL / "0064" / "begin_calls.sql")
    give_to_engine(BEGIN)


def downgrade() -> None:
    with AsEngine():
        run(f"DROP FUNCTION {BEGIN}")
    _replace(SQL / "0015")


def _replace(folder: Path) -> None:
    for name, (arguments, callers) in REPLACED.items():
        with AsEngine():
            run(f"DROP FUNCTION {name}({arguments})")
        run_file(folder / f"{name}.sql")
        give_to_engine(f"{name}({arguments})", to=callers)
