"""Budgets that are reserved before a model is called and settled after it, and answers found by their key."""

from pathlib import Path

from docflow.db.roles import APP, ENGINE
from docflow.db.steps import AsEngine, allow_all, allow_client, give_to_engine, run, run_file

revision = "0015_usage"
down_revision = "0012_classification"
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parent.parent / "sql" / "0015"

FULL = "SELECT, INSERT, UPDATE, DELETE"
#: Arguments, and who may call it besides the others here.
FUNCTIONS = {
    "open_budgets": ("uuid, date", (APP,)),
    "warn_of_budgets": ("uuid, date, bigint, bigint", ()),
    "reserve_calls": ("jsonb", (APP,)),
    "settle_calls": ("jsonb", (APP,)),
    "find_answers": ("jsonb", (APP,)),
    "sweep_usage": ("", (APP,)),
}


def upgrade() -> None:
    run_file(SQL / "tables.sql")
    allow_client("budget_reservations")
    allow_all("budget_reservations", ENGINE)
    run(f"GRANT SELECT ON budget_reservations TO {APP}")
    run(f"GRANT {FULL} ON budget_reservations TO {ENGINE}")
    for name, (arguments, callers) in FUNCTIONS.items():
        run_file(SQL / f"{name}.sql")
        give_to_engine(f"{name}({arguments})", to=callers)


def downgrade() -> None:
    with AsEngine():
        for name, (arguments, _) in reversed(FUNCTIONS.items()):
            run(f"DROP FUNCTION {name}({arguments})")
    run("ALTER TABLE llm_calls DROP COLUMN asked_model")
    run("DROP TABLE budget_reservations")
