"""Second factors that people set up themselves, sessions as they see them, tickets for the live socket."""

from pathlib import Path

from docflow.db.roles import APP, ENGINE
from docflow.db.steps import AsEngine, allow_all, allow_client, give_to_engine, run, run_file

revision = "0006_access"
down_revision = "0005_accounts"
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parent.parent / "sql" / "0006"

FUNCTIONS = {"find_second_factor": "uuid", "set_second_factor": "uuid, bytea, bytea"}
STANDING = "find_standing(uuid, uuid)"


def upgrade() -> None:
    run_file(SQL / "tables.sql")
    allow_client("socket_tickets")
    allow_all("socket_tickets", ENGINE)
    run(f"GRANT SELECT, INSERT, DELETE ON socket_tickets TO {APP}, {ENGINE}")
    run(f"GRANT UPDATE (totp_secret, totp_pending) ON users TO {ENGINE}")
    for name, arguments in FUNCTIONS.items():
        run_file(SQL / f"{name}.sql")
        give_to_engine(f"{name}({arguments})")
    replace_standing("find_standing.sql")


def replace_standing(file: str) -> None:
    with AsEngine():
        run(f"DROP FUNCTION {STANDING}")
    run_file(SQL / file)
    give_to_engine(STANDING)


def downgrade() -> None:
    replace_standing("find_standing_before.sql")
    with AsEngine():
        for name, arguments in reversed(FUNCTIONS.items()):
            run(f"DROP FUNCTION {name}({arguments})")
    run(f"REVOKE UPDATE (totp_secret) ON users FROM {ENGINE}")
    run("DROP TABLE socket_tickets")
    run("DROP INDEX ix_refresh_sessions_open, ix_refresh_sessions_revoked")
    run("ALTER TABLE refresh_sessions DROP COLUMN signed_in_at")
    run("ALTER TABLE api_keys DROP COLUMN version")
    run("ALTER TABLE users DROP COLUMN totp_pending")
