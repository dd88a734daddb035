"""What a client's reviews have taught of how sure its readings are."""

from pathlib import Path

from docflow.db.roles import APP, ENGINE
from docflow.db.steps import AsEngine, allow_all, allow_client, give_to_engine, run, run_file

revision = "0035_calibration"
down_revision = "0034_vendors"
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parent.parent / "sql" / "0035"


def upgrade() -> None:
    run_file(SQL / "tables.sql")
    allow_client("calibrations")
    allow_all("calibrations", ENGINE, action="SELECT")
    run(f"GRANT SELECT, INSERT, UPDATE, DELETE ON calibrations TO {APP}")
    run(f"GRANT SELECT ON calibrations TO {ENGINE}")
    run_file(SQL / "clients_to_calibrate.sql")
    give_to_engine("clients_to_calibrate(uuid, integer)")


def downgrade() -> None:
    with AsEngine():
        run("DROP FUNCTION clients_to_calibrate(uuid, integer)")
    run("DROP INDEX ix_reviews_decided")
    run("DROP TABLE calibrations")
