"""The four database roles: made where missing and permitted, accepted where they stand.

`docflow_owner` owns the tables and migrates; services log in as `docflow_app`, the audit service as `docflow_audit`;
`docflow_engine` never logs in and owns the functions that work across clients.
"""

from collections.abc import Mapping

import psycopg
from psycopg import sql
from sqlalchemy import Connection, make_url, text
from sqlalchemy.exc import ProgrammingError

from docflow.domain.errors import PermanentError

OWNER, APP, ENGINE, AUDIT = "docflow_owner", "docflow_app", "docflow_engine", "docflow_audit"

_FORMS: Mapping[str, str] = {OWNER: "LOGIN", APP: "LOGIN", ENGINE: "NOLOGIN", AUDIT: "LOGIN"}

_MAKE = """
DO $$ BEGIN
    CREATE ROLE {role} {form};
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;  -- another database's migration was faster
END $$
"""


def become_owner(connection: Connection) -> None:
    """Make what is missing, then act as `docflow_owner` until the transaction ends.

    Raises PermanentError `database_roles` with what an administrator has to run.
    """
    missing = _missing(connection)
    try:
        with connection.begin_nested():
            for role in missing:
                connection.exec_driver_sql(_MAKE.format(role=role, form=_FORMS[role]))
            _grant_owner(connection)
            _grant_engine(connection)
            _open_schema(connection)
    except ProgrammingError as error:
        raise PermanentError(
            f"the database roles are not ready: {str(error.orig).strip()}; an administrator runs once: "
            + "; ".join(_instructions(connection)),
            code="database_roles",
        ) from error
    connection.exec_driver_sql(f"SET LOCAL ROLE {OWNER}")


def _missing(connection: Connection) -> list[str]:
    found = set(connection.scalars(text("SELECT rolname FROM pg_roles WHERE rolname LIKE 'docflow\\_%'")))
    return [role for role in _FORMS if role not in found]


def _grant_owner(connection: Connection) -> None:
    if not _may_become(connection, _session_user(connection), OWNER):
        connection.exec_driver_sql(f'GRANT {OWNER} TO "{_session_user(connection)}"')


def _grant_engine(connection: Connection) -> None:
    """The owner may become docflow_engine, but does not see all that its policies show without doing so."""
    if not _may_become(connection, OWNER, ENGINE):
        connection.exec_driver_sql(_engine_grant(connection))
    inherits = text("SELECT rolinherit FROM pg_roles WHERE rolname = :role")
    if (
        not _since_16(connection)
        and connection.scalar(inherits, {"role": OWNER})
        and _may_alter_roles(connection)
    ):
        connection.exec_driver_sql(f"ALTER ROLE {OWNER} NOINHERIT")


def _engine_grant(connection: Connection) -> str:
    """Before 16 a membership knows no options: there the role itself inherits nothing."""
    return f"GRANT {ENGINE} TO {OWNER}" + (" WITH INHERIT FALSE, SET TRUE" if _since_16(connection) else "")


def _may_become(connection: Connection, member: str, role: str) -> bool:
    how = "SET" if _since_16(connection) else "MEMBER"
    query = text("SELECT pg_has_role(:member, :role, :how)")
    return bool(connection.scalar(query, {"member": member, "role": role, "how": how}))


def _session_user(connection: Connection) -> str:
    return str(connection.scalar(text("SELECT session_user")))


def _may_alter_roles(connection: Connection) -> bool:
    query = text("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = session_user")
    return bool(connection.scalar(query))


def _since_16(connection: Connection) -> bool:
    return bool(connection.scalar(text("SELECT current_setting('server_version_num')::int >= 160000")))


def _open_schema(connection: Connection) -> None:
    """The owner makes tables in `public` and lets the other roles see it."""
    ready = connection.scalar(
        text(
            "SELECT has_schema_privilege(:role, 'public', 'CREATE WITH GRANT OPTION')"
            " AND has_schema_privilege(:role, 'public', 'USAGE WITH GRANT OPTION')"
        ),
        {"role": OWNER},
    )
    if not ready:
        connection.exec_driver_sql(f"GRANT USAGE, CREATE ON SCHEMA public TO {OWNER} WITH GRANT OPTION")


def _instructions(connection: Connection) -> list[str]:
    steps = [f"CREATE ROLE {role} {_FORMS[role]}" for role in _missing(connection)]
    if not _since_16(connection):
        steps.append(f"ALTER ROLE {OWNER} NOINHERIT")
    if (member := _session_user(connection)) != OWNER:
        steps.append(f'GRANT {OWNER} TO "{member}"')
    schema = f"GRANT USAGE, CREATE ON SCHEMA public TO {OWNER} WITH GRANT OPTION"
    return [*steps, _engine_grant(connection), schema]


async def set_passwords(url: str, passwords: Mapping[str, str]) -> None:
    """Give login roles their passwords. Only SCRAM verifiers travel, so no log can hold a password."""
    async with await psycopg.AsyncConnection.connect(libpq_url(url), autocommit=True) as connection:
        for role, password in passwords.items():
            verifier = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
            await connection.execute(
                sql.SQL("ALTER ROLE {} PASSWORD {}").format(
                    sql.Identifier(role), sql.Literal(verifier.decode())
                )
            )


def libpq_url(url: str) -> str:
    """The form that psql and libpq understand."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
