"""Steps that migrations share: SQL beside them, functions across clients, the usual policies."""

from pathlib import Path
from types import TracebackType

from alembic import op

from docflow.db.roles import APP, ENGINE

BOUND = "(SELECT nullif(current_setting('app.current_client_id', true), '')::uuid)"
"""The client of this transaction; NULL = none. What a transaction leaves behind is '', hence the nullif."""


def run(sql: str) -> None:
    """One or more statements, taken as they stand: neither `:name` nor `%` means anything."""
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(sql)


def run_file(path: Path) -> None:
    run(path.read_text(encoding="utf-8"))


def give_to_engine(function: str, *, to: tuple[str, ...] = (APP,)) -> None:
    """Let `function` ("name(type, ...)") work across clients: `docflow_engine` owns it, `to` may call it."""
    run(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
    if to:
        run(f"GRANT EXECUTE ON FUNCTION {function} TO {', '.join(to)}")
    run(f"GRANT CREATE ON SCHEMA public TO {ENGINE}")
    run(f"ALTER FUNCTION {function} OWNER TO {ENGINE}")
    run(f"REVOKE CREATE ON SCHEMA public FROM {ENGINE}")


class AsEngine:
    """Inside it the migration acts as `docflow_engine`, which alone may drop or replace its functions."""

    def __enter__(self) -> None:
        run(f"SET LOCAL ROLE {ENGINE}")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            run("SET LOCAL ROLE docflow_owner")


def protect(table: str) -> None:
    """Row-level security for everybody, the owner included. Without a policy nobody sees a row."""
    run(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")


def allow_client(table: str, *, column: str = "client_id") -> None:
    """Whoever is bound to a client works on its rows, as far as grants go."""
    protect(table)
    own = f"{column} = {BOUND}"
    run(f"CREATE POLICY client ON {table} USING ({own}) WITH CHECK ({own})")


def allow_all(table: str, role: str, *, action: str = "ALL") -> None:
    """`role` works across clients, as far as grants go."""
    check = "" if action in ("SELECT", "DELETE") else " WITH CHECK (true)"
    using = "" if action == "INSERT" else " USING (true)"
    run(
        f"CREATE POLICY {role.removeprefix('docflow_')}_{action.lower()} ON {table} FOR {action} TO {role}{using}{check}"
    )
