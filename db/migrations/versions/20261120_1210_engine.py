"""The functions that work across clients: claiming and finishing work, the outbox, liveness, retention."""

from pathlib import Path

from docflow.db.roles import APP, AUDIT
from docflow.db.steps import AsEngine, give_to_engine, run, run_file

revision = "0002_engine"
down_revision = "0001_base"
branch_labels = None
depends_on = None

SQL = Path(__file__).resolve().parent.parent / "sql" / "0002"

# In the order of their making: arguments, and who may call.
FUNCTIONS = {
    "new_time_id": ("", (APP,)),
    "write_transitions": ("jsonb", (APP,)),
    "heartbeat": ("uuid, text, text, integer, double precision", (APP, AUDIT)),
    "release_runs": ("uuid, uuid[]", (APP,)),
    "stop_worker": ("uuid", (APP,)),
    "claim_runs": ("uuid, text[], integer", (APP,)),
    "finish_runs": ("uuid, jsonb", (APP,)),
    "claim_actions": ("uuid, integer", (APP,)),
    "finish_actions": ("uuid, jsonb", (APP,)),
    "claim_deliveries": ("uuid, integer", (APP,)),
    "finish_deliveries": ("uuid, jsonb", (APP,)),
    "take_outbox": ("integer, double precision", (APP,)),
    "confirm_outbox": ("uuid[]", (APP,)),
    "take_audit": ("integer", (AUDIT,)),
    "confirm_audit": ("uuid[]", (AUDIT,)),
    "claim_periodic": ("text, double precision", (APP,)),
    "end_periodic": ("text, text", (APP,)),
    "list_dead_runs": ("integer, timestamptz, uuid", (APP,)),
    "sweep_engine": ("", (APP,)),
}


def upgrade() -> None:
    for name, (arguments, callers) in FUNCTIONS.items():
        run_file(SQL / f"{name}.sql")
        give_to_engine(f"{name}({arguments})", to=callers)


def downgrade() -> None:
    with AsEngine():
        for name, (arguments, _) in reversed(FUNCTIONS.items()):
            run(f"DROP FUNCTION {name}({arguments})")
