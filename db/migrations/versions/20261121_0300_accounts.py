"""Letters on their way out, and what platform administrators need to keep their passwords."""

from pathlib import Path

from docflow.db.roles import APP, ENGINE
from docflow.db.steps import BOUND, AsEngine, allow_all, give_to_engine, protect, run, run_file

revision = "0005_accounts"
down_revision = "0004_audit_stream"
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parent.parent / "sql" / "0005"

FUNCTIONS = {
    "take_mails": "integer, double precision",
    "finish_mail": "uuid, integer, double precision, boolean",
    "find_platform_admin": "uuid",
    "set_platform_password": "uuid, text, text",
    "sweep_accounts": "",
}


def upgrade() -> None:
    run_file(SQL / "tables.sql")
    protect("mails")
    own = f"client_id = {BOUND} OR (client_id IS NULL AND {BOUND} IS NULL)"
    run(f"CREATE POLICY client ON mails USING ({own}) WITH CHECK ({own})")
    allow_all("mails", ENGINE)
    # The gateway adds letters; only the functions below take and forget them.
    run(f"GRANT SELECT, INSERT ON mails TO {APP}")
    run(f"GRANT SELECT, UPDATE, DELETE ON mails TO {ENGINE}")
    run(f"GRANT UPDATE (password_hash) ON users TO {ENGINE}")
    for name, arguments in FUNCTIONS.items():
        run_file(SQL / f"{name}.sql")
        give_to_engine(f"{name}({arguments})")


def downgrade() -> None:
    with AsEngine():
        for name, arguments in reversed(FUNCTIONS.items()):
            run(f"DROP FUNCTION {name}({arguments})")
    run(f"REVOKE UPDATE (password_hash) ON users FROM {ENGINE}")
    run("DROP TABLE mails")
