"""Sessions that have expired are taken away."""

from pathlib import Path

from docflow.db.steps import AsEngine, give_to_engine, run, run_file

revision = "0069_sweep_sessions"
down_revision = "0067_invitation_language"
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parent.parent / "sql"
SWEEP = "sweep_accounts()"


def upgrade() -> None:
    run("CREATE INDEX ix_refresh_sessions_expires_at ON refresh_sessions (expires_at)")
    _replace(SQL / "0069")


def downgrade() -> None:
    _replace(SQL / "0005")
    run("DROP INDEX ix_refresh_sessions_expires_at")


def _replace(folder: Path) -> None:
    with AsEngine():
        run(f"DROP FUNCTION {SWEEP}")
    run_file(folder / "sweep_accounts.sql")
    give_to_engine(SWEEP)
