from pathlib import Path

import psycopg
import pytest
from docflow.db import seed
from docflow.db.comparison import is_ours
from docflow.db.database import is_transient
from docflow.db.migrate import folder_of_source, head
from docflow.db.roles import libpq_url
from docflow.domain.errors import Forbidden, PermanentError
from sqlalchemy import Column, MetaData, Table
from sqlalchemy.exc import InterfaceError, OperationalError, ProgrammingError


def failure(error: type[psycopg.Error]) -> ProgrammingError:
    return ProgrammingError("SELECT 1", {}, error("no"))


@pytest.mark.parametrize(
    "error",
    [
        psycopg.errors.AdminShutdown,
        psycopg.errors.SerializationFailure,
        psycopg.errors.DeadlockDetected,
        psycopg.errors.TooManyConnections,
        psycopg.errors.QueryCanceled,
        psycopg.errors.ReadOnlySqlTransaction,
    ],
)
def test_what_the_server_cannot_do_now_may_work_later(error: type[psycopg.Error]) -> None:
    assert is_transient(failure(error))


@pytest.mark.parametrize(
    "error",
    [
        psycopg.errors.UniqueViolation,
        psycopg.errors.InsufficientPrivilege,
        psycopg.errors.UndefinedTable,
        psycopg.errors.CheckViolation,
    ],
)
def test_a_wrong_statement_stays_wrong(error: type[psycopg.Error]) -> None:
    assert not is_transient(failure(error))


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_lost_connection_may_come_back(error: type[OperationalError] | type[InterfaceError]) -> None:
    assert is_transient(error("SELECT 1", {}, psycopg.OperationalError("server closed the connection")))


def test_psql_is_given_a_url_without_a_driver() -> None:
    url = "postgresql+psycopg://app:p%40ss@db.example:5433/docflow?sslmode=require"
    assert libpq_url(url) == "postgresql://app:p%40ss@db.example:5433/docflow?sslmode=require"


def test_partitions_are_left_out_of_comparisons() -> None:
    kept = [
        name
        for name in ("audit_logs", "audit_logs_y2026m11", "audit_logs_other", "processes")
        if is_ours(None, name, "table", True, None)
    ]
    assert kept == ["audit_logs", "processes"]


def test_what_is_left_behind_is_left_out_of_comparisons() -> None:
    runs, ours = Table("stage_runs", MetaData()), Column("traceparent")
    left = Column("input_ref")
    for column in (ours, left):
        runs.append_column(column)
    assert [is_ours(column, column.name, "column", True, None) for column in (ours, left)] == [True, False]
    assert not is_ours(Table("usage_events", MetaData()), "usage_events", "table", True, None)


def test_sample_data_are_refused_in_production() -> None:
    with pytest.raises(Forbidden) as refusal:
        seed.refuse_in_production("production", force=False)
    assert refusal.value.code == "seed_in_production"


def test_sample_data_may_be_forced() -> None:
    seed.refuse_in_production("production", force=True)


def test_the_newest_revision_is_known_without_a_database() -> None:
    assert head() is not None


def test_a_folder_without_migrations_is_named(tmp_path: Path) -> None:
    with pytest.raises(PermanentError, match=str(tmp_path)):
        head(folder=tmp_path)


def test_the_seed_holds_a_hash_and_never_the_password() -> None:
    [file] = seed.files(folder_of_source())
    hashes = [line for line in file.read_text(encoding="utf-8").splitlines() if "$argon2id$" in line]
    assert len(hashes) == 4
