"""A sealing key is replaced: what is stored comes under the new one, and the old one can go."""

from pathlib import Path

import psycopg
import pytest
from docflow.adapters.sealing.fernet import FernetSealing
from docflow.db.roles import libpq_url
from docflow.db.sealed import ANSWERS, SEALED, SealedColumn, reseal
from docflow.domain.errors import UserError
from docflow.testing.database import DatabaseUrls
from docflow_cli.main import app
from psycopg.sql import SQL, Identifier
from typer.testing import CliRunner, Result

OLD, NEW = "o" * 40, "n" * 40
#: Of two clients and of the platform; `%s` stands for what is sealed.
FILLED = """
INSERT INTO clients (client_id, name, slug) SELECT gen_random_uuid(), c, c FROM unnest(ARRAY['acme', 'beta']) c;
INSERT INTO users (user_id, client_id, email, role, totp_secret, totp_pending)
    SELECT gen_random_uuid(), client_id, slug || '@x.test', 'admin', {0}, {0} FROM clients
    UNION ALL SELECT gen_random_uuid(), NULL, 'root@x.test', 'platform_admin', {0}, NULL;
INSERT INTO client_secrets (client_id, name, value_sealed, set_by)
    SELECT client_id, 'KEY_' || n, {0}, 'x' FROM clients, generate_series(1, 450) n;
INSERT INTO llm_cache (client_id, cache_key, answer_sealed, expires_at)
    SELECT client_id, sha256('x'), {0}, now() + interval '1 day' FROM clients;
INSERT INTO mails (mail_id, client_id, kind, sealed)
    SELECT gen_random_uuid(), client_id, 'invitation', {0} FROM clients
    UNION ALL SELECT gen_random_uuid(), NULL, 'password_reset', {0};
INSERT INTO notification_channels (channel_id, client_id, kind, name, target_sealed, shown_target)
    SELECT gen_random_uuid(), client_id, 'slack', 'ours', {0}, 'hooks.slack.com' FROM clients;
INSERT INTO platform_channels (channel_id, kind, name, target_sealed, shown_target, created_by)
    VALUES (gen_random_uuid(), 'slack', 'ours', {0}, 'hooks.slack.com', 'x');
INSERT INTO webhook_endpoints (endpoint_id, client_id, url, headers, secret_sealed, old_secret_sealed, old_secret_until)
    SELECT gen_random_uuid(), client_id, 'https://x.test',
        jsonb_build_object('X-Key', jsonb_build_object('sealed', convert_from({0}, 'UTF8'))), {0}, {0}, now()
    FROM clients;
"""


def fill(urls: DatabaseUrls, sealed: bytes) -> None:
    with psycopg.connect(libpq_url(urls.admin)) as connection:
        connection.execute(FILLED.format(f"'\\x{sealed.hex()}'::bytea").encode())


def stored(urls: DatabaseUrls, place: SealedColumn) -> list[bytes]:
    with psycopg.connect(libpq_url(urls.admin)) as connection:
        query = SQL("SELECT {0} FROM {1} WHERE {0} IS NOT NULL")
        rows = connection.execute(query.format(Identifier(place.column), Identifier(place.table))).fetchall()
    if place.named:
        return [value["sealed"].encode() for row in rows for value in row[0].values()]
    return [row[0] for row in rows]


def call(monkeypatch: pytest.MonkeyPatch, urls: DatabaseUrls, *keys: str) -> Result:
    monkeypatch.setenv("DOCFLOW_DB__MIGRATION_URL", urls.owner)
    monkeypatch.setenv("DOCFLOW_AUTH__SEALING_KEYS", '["' + '", "'.join(keys) + '"]')
    return CliRunner().invoke(app, ["db", "reseal"])


def test_all_that_is_stored_opens_with_the_new_key_alone(
    monkeypatch: pytest.MonkeyPatch, fresh_database_urls: DatabaseUrls
) -> None:
    fill(fresh_database_urls, FernetSealing([OLD]).seal(b"secret"))
    first = call(monkeypatch, fresh_database_urls, NEW, OLD)
    again = call(monkeypatch, fresh_database_urls, NEW, OLD)
    new = FernetSealing([NEW])
    for place in (*SEALED, ANSWERS):
        found = stored(fresh_database_urls, place)
        assert found, place
        assert {new.open(value) for value in found} == {b"secret"}, place
    assert (first.exit_code, again.exit_code) == (0, 0)
    assert "client_secrets.value_sealed  900, 900 resealed" in first.output
    assert again.output.splitlines()[-1] == "all is sealed with the first key; the others can go"


def test_what_no_listed_key_opens_is_told_and_left_as_it_is(
    monkeypatch: pytest.MonkeyPatch, fresh_database_urls: DatabaseUrls
) -> None:
    fill(fresh_database_urls, FernetSealing([OLD]).seal(b"secret"))
    told = call(monkeypatch, fresh_database_urls, NEW)
    assert told.exit_code == 1
    assert "platform_channels.target_sealed  1, 0 resealed, 1 that no key opens" in told.output
    assert {FernetSealing([OLD]).open(value) for value in stored(fresh_database_urls, SEALED[0])} == {
        b"secret"
    }


def test_answers_of_models_come_under_a_key_of_their_own(
    monkeypatch: pytest.MonkeyPatch, fresh_database_urls: DatabaseUrls
) -> None:
    fill(fresh_database_urls, FernetSealing([OLD]).seal(b"secret"))
    monkeypatch.setenv("DOCFLOW_LLM__ANSWER_KEYS", "a" * 40)
    assert call(monkeypatch, fresh_database_urls, NEW, OLD).exit_code == 0
    answers = FernetSealing(["a" * 40])
    assert {answers.open(value) for value in stored(fresh_database_urls, ANSWERS)} == {b"secret"}
    others = FernetSealing([NEW])
    assert {others.open(value) for value in stored(fresh_database_urls, SEALED[0])} == {b"secret"}


def test_without_a_key_nothing_is_touched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCFLOW_HOME", str(tmp_path))
    monkeypatch.setenv("DOCFLOW_DB__MIGRATION_URL", "postgresql+psycopg://nobody@127.0.0.1:1/none")
    error = CliRunner().invoke(app, ["db", "reseal"]).exception
    assert isinstance(error, UserError)
    assert error.code == "sealing_key_missing"


async def test_a_value_that_changes_meanwhile_is_left_to_whoever_changed_it(
    fresh_database_urls: DatabaseUrls,
) -> None:
    """The row is set anew between its reading and its writing."""
    fill(fresh_database_urls, b"before")

    def resealed(sealed: bytes) -> bytes | None:
        if sealed != b"before":
            return None
        with psycopg.connect(libpq_url(fresh_database_urls.admin)) as connection:
            connection.execute("UPDATE platform_channels SET target_sealed = 'by somebody else'")
        return b"after"

    only = SealedColumn("platform_channels", "target_sealed", ("channel_id",))
    done = await reseal(fresh_database_urls.owner, resealed, (only,))
    assert stored(fresh_database_urls, only) == [b"by somebody else"]
    assert (done[only].looked_at, done[only].changed) == (1, 0)


def test_no_sealed_column_is_left_out(database_urls: DatabaseUrls) -> None:
    """By their names; those of users have none that tells."""
    with psycopg.connect(libpq_url(database_urls.admin)) as connection:
        found = connection.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
            " AND data_type = 'bytea' AND (column_name LIKE '%sealed' OR table_name = 'users')"
        ).fetchall()
    assert set(found) == {(place.table, place.column) for place in (*SEALED, ANSWERS) if not place.named}
