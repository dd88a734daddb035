"""What the catalogues must say of every table, view and function, whoever adds one."""

from collections.abc import AsyncIterator

import psycopg
import pytest
from docflow.db.database import Database
from docflow.db.roles import libpq_url
from docflow.testing.database import DatabaseUrls
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

WITHOUT_CLIENT = {
    "workers",
    "periodic_runs",
    "login_attempts",
    "audit_offsets",
    "alembic_version",
    "platform_answers",
    "platform_channels",
    "platform_alert_rules",
    "platform_messages",
}
"""Tables that say nothing about any one client."""

UNIQUE_WITHOUT_CLIENT = {
    "uq_users_email": "a person signs in before the client is known",
    "uq_clients_slug": "the client's own name",
    "uq_api_keys_prefix": "looked up before the client is known; random",
    "uq_refresh_sessions_token_hash": "a hash of 256 random bits",
    "uq_account_tokens_token_hash": "a hash of 256 random bits",
    "pk_process_types": "a client's own types carry its slug",
    "pk_pages": "the document's random id, whose foreign key carries the client",
}
"""Every other unique key leads with the client or is one random id: a clash would tell of another client's row."""

FOREIGN_KEYS_WITHOUT_CLIENT = {"clients", "process_types"}
"""`clients` is the client itself; a foreign process type is refused by policy (configurations, prompts)."""

FOREIGN_KEYS_OF_THE_PLATFORM = {"fk_platform_messages_channel_id"}
"""Between tables that say nothing about any one client."""

DEFINERS = {
    "ensure_audit_partitions": "docflow_owner",
    "find_login": "docflow_engine",
    "find_standing": "docflow_engine",
    "use_totp_step": "docflow_engine",
    "find_api_key": "docflow_engine",
    "find_second_factor": "docflow_engine",
    "set_second_factor": "docflow_engine",
    "find_caller": "docflow_engine",
    "change_second_factor": "docflow_engine",
    "heartbeat": "docflow_engine",
    "stop_worker": "docflow_engine",
    "release_runs": "docflow_engine",
    "claim_runs": "docflow_engine",
    "finish_runs": "docflow_engine",
    "claim_actions": "docflow_engine",
    "finish_actions": "docflow_engine",
    "claim_deliveries": "docflow_engine",
    "finish_deliveries": "docflow_engine",
    "take_outbox": "docflow_engine",
    "confirm_outbox": "docflow_engine",
    "take_audit": "docflow_engine",
    "offer_audit": "docflow_engine",
    "take_late_audit": "docflow_engine",
    "confirm_audit": "docflow_engine",
    "claim_periodic": "docflow_engine",
    "end_periodic": "docflow_engine",
    "list_dead_runs": "docflow_engine",
    "find_dead_runs": "docflow_engine",
    "sweep_engine": "docflow_engine",
    "measure_engine": "docflow_engine",
    "measure_audit": "docflow_engine",
    "list_clients": "docflow_engine",
    "add_client": "docflow_engine",
    "change_client": "docflow_engine",
    "tell_every_client": "docflow_engine",
    "write_platform_type": "docflow_engine",
    "write_platform_prompt": "docflow_engine",
    "write_platform_configuration": "docflow_engine",
    "take_mails": "docflow_engine",
    "spread_notifications": "docflow_engine",
    "take_messages": "docflow_engine",
    "finish_message": "docflow_engine",
    "list_alerting_clients": "docflow_engine",
    "list_retaining_clients": "docflow_engine",
    "sweep_notifications": "docflow_engine",
    "finish_mail": "docflow_engine",
    "find_platform_admin": "docflow_engine",
    "set_platform_password": "docflow_engine",
    "sweep_accounts": "docflow_engine",
    "take_removals": "docflow_engine",
    "end_removals": "docflow_engine",
    "sweep_uploads": "docflow_engine",
    "clients_to_calibrate": "docflow_engine",
    "reserve_calls": "docflow_engine",
    "settle_calls": "docflow_engine",
    "find_answers": "docflow_engine",
    "begin_calls": "docflow_engine",
    "find_by_part": "docflow_engine",
    "sweep_usage": "docflow_engine",
    "take_evaluations": "docflow_engine",
    "count_documents": "docflow_engine",
    "require_approvals": "docflow_engine",
    "open_samples": "docflow_engine",
    "free_leases": "docflow_engine",
    "digest_reviews": "docflow_engine",
    "platform_alert_value": "docflow_engine",
}
"""Who may work across clients, and as whom."""


@pytest.fixture(scope="module")
async def catalogue(database_urls: DatabaseUrls) -> AsyncIterator[psycopg.AsyncConnection]:
    async with await psycopg.AsyncConnection.connect(
        libpq_url(database_urls.admin), autocommit=True
    ) as opened:
        yield opened


async def names(catalogue: psycopg.AsyncConnection, query: str) -> set[str]:
    cursor = await catalogue.execute(query.encode())
    return {str(row[0]) for row in await cursor.fetchall()}


async def test_row_level_security_is_forced_on_every_table(catalogue: psycopg.AsyncConnection) -> None:
    """Partitions too; the version table holds nothing of anybody."""
    found = await names(
        catalogue,
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
        " AND NOT (relrowsecurity AND relforcerowsecurity)",
    )
    assert found == {"alembic_version"}


async def test_every_table_carries_the_client_or_is_listed(catalogue: psycopg.AsyncConnection) -> None:
    found = await names(
        catalogue,
        "SELECT relname FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT EXISTS"
        " (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'client_id')",
    )
    assert found == WITHOUT_CLIENT


async def test_policies_ask_for_the_client_once_a_statement(catalogue: psycopg.AsyncConnection) -> None:
    """As a sub-select it is planned once; bare it is called for every row (measured: 3.8 against 0.1 ms a list)."""
    found = await names(
        catalogue,
        "SELECT tablename || '.' || policyname FROM pg_policies WHERE concat(qual, with_check) LIKE '%current_setting%'"
        " AND concat(qual, with_check) NOT LIKE '%( SELECT (NULLIF(current_setting(%'",
    )
    assert found == set()


async def test_only_the_listed_roles_have_policies_across_clients(catalogue: psycopg.AsyncConnection) -> None:
    found = await names(
        catalogue,
        "SELECT DISTINCT role FROM pg_policies, unnest(roles) AS role WHERE qual = 'true' OR with_check = 'true'"
        " EXCEPT SELECT 'docflow_app' WHERE NOT EXISTS (SELECT FROM pg_policies WHERE 'docflow_app' = ANY (roles)"
        " AND tablename NOT IN ('workers', 'periodic_runs', 'login_attempts'))",
    )
    assert found == {"docflow_engine", "docflow_audit"}


async def test_unique_keys_lead_with_the_client(catalogue: psycopg.AsyncConnection) -> None:
    """A clash with another client's row would tell that it is there. Single random ids tell nothing."""
    found = await names(
        catalogue,
        """
        SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
        JOIN pg_attribute first ON first.attrelid = t.oid AND first.attnum = i.indkey[0]
        WHERE i.indisunique AND t.relnamespace = 'public'::regnamespace AND NOT t.relispartition
          AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attname = 'client_id')
          AND first.attname <> 'client_id'
          AND NOT (i.indisprimary AND (i.indnkeyatts = 1 OR t.relname = 'audit_logs')
                   AND first.atttypid IN ('uuid'::regtype, 'bigint'::regtype))
        """,
    )
    assert found == set(UNIQUE_WITHOUT_CLIENT)


async def test_foreign_keys_between_clients_tables_carry_the_client(
    catalogue: psycopg.AsyncConnection,
) -> None:
    """A key without the client is allowed only beside one over the same column that has it."""
    found = await names(
        catalogue,
        """
        SELECT k.conname FROM pg_constraint k
        WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace
          AND k.confrelid::regclass::text NOT IN ('clients', 'process_types')
          AND NOT EXISTS (
            SELECT FROM pg_constraint with_client
            JOIN pg_attribute a ON a.attrelid = with_client.conrelid AND a.attnum = with_client.conkey[1]
            WHERE with_client.conrelid = k.conrelid AND with_client.confrelid = k.confrelid AND with_client.contype = 'f'
              AND a.attname = 'client_id' AND with_client.conkey @> k.conkey)
        """,
    )
    assert found == FOREIGN_KEYS_OF_THE_PLATFORM


async def test_list_indexes_lead_with_the_client(catalogue: psycopg.AsyncConnection) -> None:
    found = await names(
        catalogue,
        "SELECT indexname FROM pg_indexes WHERE schemaname = 'public' AND indexname LIKE '%list%'"
        " AND indexdef NOT LIKE '%(client_id, %'",
    )
    assert found == set()


async def test_views_run_with_the_callers_rights(catalogue: psycopg.AsyncConnection) -> None:
    query = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'v'"
    every = await names(catalogue, query)
    invoking = await names(catalogue, f"{query} AND 'security_invoker=true' = ANY (reloptions)")
    assert every == invoking == {"v_active_processes", "v_client_token_usage", "v_hitl_queue"}


async def test_there_are_no_materialised_views(catalogue: psycopg.AsyncConnection) -> None:
    """They would hold rows of all clients and know no policies."""
    assert await names(catalogue, "SELECT relname FROM pg_class WHERE relkind = 'm'") == set()


async def test_partitions_have_no_grants(catalogue: psycopg.AsyncConnection) -> None:
    found = await names(
        catalogue,
        "SELECT c.relname || ':' || x.grantee::regrole FROM pg_class c, aclexplode(c.relacl) x"
        " WHERE c.relispartition AND x.grantee <> c.relowner",
    )
    assert found == set()


async def test_functions_across_clients_are_the_listed_ones(catalogue: psycopg.AsyncConnection) -> None:
    cursor = await catalogue.execute(
        "SELECT proname::text, proowner::regrole::text FROM pg_proc"
        " WHERE pronamespace = 'public'::regnamespace AND prosecdef"
    )
    assert dict(await cursor.fetchall()) == DEFINERS


async def test_functions_across_clients_have_a_fixed_search_path(catalogue: psycopg.AsyncConnection) -> None:
    """One that ends in pg_temp: else a caller's temporary table could stand in for ours."""
    found = await names(
        catalogue,
        "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef"
        " AND NOT coalesce(proconfig, '{}') && ARRAY['search_path=pg_catalog, public, pg_temp']",
    )
    assert found == set()


async def test_no_function_may_be_called_by_everybody(catalogue: psycopg.AsyncConnection) -> None:
    found = await names(
        catalogue,
        "SELECT proname FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) x"
        " WHERE p.pronamespace = 'public'::regnamespace AND x.grantee = 0",
    )
    assert found == set()


async def test_everything_belongs_to_the_owner(catalogue: psycopg.AsyncConnection) -> None:
    found = await names(
        catalogue,
        "SELECT DISTINCT relowner::regrole::text FROM pg_class WHERE relnamespace = 'public'::regnamespace",
    )
    assert found == {"docflow_owner"}


async def test_the_audit_role_reaches_audit_tables_only(catalogue: psycopg.AsyncConnection) -> None:
    found = await names(
        catalogue,
        "SELECT c.relname || ' ' || string_agg(x.privilege_type, ',' ORDER BY x.privilege_type)"
        " FROM pg_class c, aclexplode(c.relacl) x WHERE x.grantee = 'docflow_audit'::regrole AND c.relkind IN ('r', 'p', 'v')"
        " GROUP BY c.relname",
    )
    assert found == {
        "alembic_version SELECT",
        "audit_logs INSERT,SELECT",
        "audit_chain_heads INSERT,SELECT",
        "audit_offsets INSERT,SELECT,UPDATE",
        "audit_dead INSERT,SELECT",
    }


async def test_the_engine_reads_accounts_and_writes_none(catalogue: psycopg.AsyncConnection) -> None:
    found = await names(
        catalogue,
        "SELECT c.relname || ' ' || x.privilege_type FROM pg_class c, aclexplode(c.relacl) x"
        " WHERE x.grantee = 'docflow_engine'::regrole"
        " AND (c.relname IN ('clients', 'users', 'api_keys') OR c.relname LIKE 'audit%')",
    )
    assert found == {
        "clients SELECT", "users SELECT", "api_keys SELECT", "audit_logs SELECT", "audit_chain_heads SELECT",
    }  # fmt: skip


@pytest.mark.parametrize("table", ["audit_logs", "audit_chain_heads", "audit_logs_other"])
@pytest.mark.parametrize("who", ["app", "audit", "owner"])
@pytest.mark.parametrize(
    "statement", ["UPDATE {0} SET client_id = client_id", "DELETE FROM {0}", "TRUNCATE {0}"]
)
async def test_the_audit_log_only_grows(
    everybody: dict[str, Database], filled_audit: None, who: str, table: str, statement: str
) -> None:
    """Refused for every role of the program; row-level security hides all rows from an owner who tries."""
    try:
        async with everybody[who].nobody() as session:
            touched = (await session.execute(text(statement.format(table)))).rowcount  # type: ignore[attr-defined]
    except DBAPIError as error:
        assert getattr(error.orig, "sqlstate", None) in ("42501", "23001")
    else:
        assert (who, touched) == ("owner", 0)


async def test_even_a_superuser_meets_the_trigger(
    catalogue: psycopg.AsyncConnection, filled_audit: None
) -> None:
    for statement in (
        "UPDATE audit_logs SET seq = 2",
        "DELETE FROM audit_logs",
        "TRUNCATE audit_logs",
        "TRUNCATE audit_logs_other",
        "UPDATE audit_chain_heads SET seq = 2",
        "DELETE FROM audit_chain_heads",
        "TRUNCATE audit_chain_heads",
    ):
        with pytest.raises(psycopg.errors.RestrictViolation):
            await catalogue.execute(statement.encode())


@pytest.fixture(scope="module")
def everybody(database: Database, audit_database: Database, owner_database: Database) -> dict[str, Database]:
    return {"app": database, "audit": audit_database, "owner": owner_database}


@pytest.fixture(scope="module")
async def filled_audit(audit_database: Database) -> None:
    """Written by the audit service's role, into a month's partition and into the one for the rest."""
    client = "019a0000-0000-7000-8000-000000000001"
    async with audit_database.nobody() as session:
        for at in ("now()", "timestamptz '2001-01-01'"):
            await session.execute(
                text(
                    "INSERT INTO audit_logs (audit_id, timestamp, client_id, result, seq, prev_hash, hash, canonical)"
                    f" VALUES (gen_random_uuid(), {at}, '{client}', 'SUCCESS', 1, '', '', '')"
                )
            )
        await session.execute(text(f"INSERT INTO audit_chain_heads VALUES ('{client}', 1, '')"))


async def test_months_get_their_partitions_ahead(
    catalogue: psycopg.AsyncConnection, database: Database
) -> None:
    async with database.nobody() as session:
        made = (await session.execute(text("SELECT ensure_audit_partitions(14)"))).scalar_one()
        again = (await session.execute(text("SELECT ensure_audit_partitions(14)"))).scalar_one()
    query = "SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r'"
    assert (made, again, len(await names(catalogue, query))) == (2, 0, 1 + 1 + 14 + 1)


async def test_a_record_of_this_month_lies_in_its_months_partition(
    catalogue: psycopg.AsyncConnection, filled_audit: None
) -> None:
    found = await names(
        catalogue, "SELECT tableoid::regclass FROM audit_logs WHERE timestamp > now() - interval '1 minute'"
    )
    expected = await names(
        catalogue, """SELECT to_char(now() AT TIME ZONE 'UTC', '"audit_logs_y"YYYY"m"MM')"""
    )
    assert found == expected
