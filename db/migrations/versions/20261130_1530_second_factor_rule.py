"""Whether a client's people need a second factor, and changes of a factor that notice each other."""

from pathlib import Path

from docflow.db.steps import AsEngine, give_to_engine, run, run_file

revision = "0066_second_factor_rule"
down_revision = "0068_letter_language"
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parent.parent / "sql" / "0066"
FUNCTIONS = {"find_caller": "uuid, uuid", "change_second_factor": "uuid, bytea, bytea, bytea, bytea"}


def upgrade() -> None:
    run("ALTER TABLE clients ADD COLUMN second_factor text")
    run(
        "ALTER TABLE clients ADD CONSTRAINT ck_clients_second_factor_known"
        " CHECK (second_factor IN ('off', 'admins', 'everyone'))"
    )
    for name, arguments in FUNCTIONS.items():
        run_file(SQL / f"{name}.sql")
        give_to_engine(f"{name}({arguments})")


def downgrade() -> None:
    with AsEngine():
        for name, arguments in reversed(FUNCTIONS.items()):
            run(f"DROP FUNCTION {name}({arguments})")
    run("ALTER TABLE clients DROP COLUMN second_factor")
