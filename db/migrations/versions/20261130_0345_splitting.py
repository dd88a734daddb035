"""Processes that are split from another: made in the transaction that splits it, and waited for."""

from pathlib import Path

from docflow.db.steps import AsEngine, give_to_engine, run, run_file

revision = "0036_splitting"
down_revision = "0035_calibration"
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parent.parent / "sql"

#: In the order of their making.
REPLACED = {"write_transitions": "jsonb", "finish_runs": "uuid, jsonb"}


def upgrade() -> None:
    replace("0036")
    allow_decisions("'approve', 'reject', 'send_back', 'split'")


def downgrade() -> None:
    with AsEngine():
        run("UPDATE reviews SET decision = 'send_back' WHERE decision = 'split'")
    allow_decisions("'approve', 'reject', 'send_back'")
    replace("0002")


def replace(folder: str) -> None:
    with AsEngine():
        for name, arguments in reversed(REPLACED.items()):
            run(f"DROP FUNCTION {name}({arguments})")
    for name, arguments in REPLACED.items():
        run_file(SQL / folder / f"{name}.sql")
        give_to_engine(f"{name}({arguments})")


def allow_decisions(words: str) -> None:
    run(f"ALTER TABLE reviews DROP CONSTRAINT {CHECK}")
    run(f"ALTER TABLE reviews ADD CONSTRAINT {CHECK} CHECK (decision IS NULL OR decision IN ({words}))")


CHECK = "ck_reviews_decision_known"
