"""Twenty planted secrets: none in a dump of the database, none in what is logged, none from another client."""

import logging
from pathlib import Path
from typing import Any

import pytest
from docflow.domain.access import Caller, Scope
from docflow.features.client_secrets.keeping import SecretKeeping
from docflow.features.webhooks.keeping import EndpointKeeping, EndpointPlan
from docflow.testing.database import DatabaseUrls
from docflow.testing.factories import Tenancy
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from tests.integration.output.conftest import Output, SystemClock
from tests.integration.output.systems import http_system
from tests.integration.output.test_actions import action, row

PLANTED = [f"planted-secret-{number:02d}-{'x' * number}y" for number in range(16)]


def caller_of(tenancy: Tenancy) -> Caller:
    return Caller("user:x", tenancy.client_id, frozenset(Scope))


async def dump_of(urls: DatabaseUrls) -> str:
    """Every row of every table as text, past row-level security; bytes as they are and as hexadecimal."""
    engine = create_engine(urls.admin, poolclass=NullPool)
    found = []
    with engine.connect() as connection:
        tables = connection.execute(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ).scalars()
        for table in list(tables):
            found += list(connection.execute(text(f'SELECT t::text FROM "{table}" t')).scalars())
    engine.dispose()
    return "\n".join(found)


async def test_a_dump_and_the_logs_hold_none_of_twenty_secrets(
    output: Output,
    database_urls: DatabaseUrls,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    planted, caller, at = list(PLANTED), caller_of(output.tenancy), SystemClock().now()
    async with output.database.client(output.tenancy.client_id) as session:
        secrets = SecretKeeping(session, caller, output.sealing)
        for number, value in enumerate(PLANTED):
            await secrets.put(f"KEY_{number}", value, at=at)
        endpoints = EndpointKeeping(session, caller, output.sealing)
        for number in range(2):
            header = f"planted-header-{number}"
            endpoint, secret = await endpoints.make(
                EndpointPlan("https://h.example/", ["process.failed"], {"X-Key": header}), at=at
            )
            await endpoints.rotate(endpoint, overlap=at - at, at=at)
            planted += [header, secret.removeprefix("whsec_")]
    output.environment = {variable(output.tenancy, "GIVEN"): "planted-by-the-operator"}
    planted.append("planted-by-the-operator")
    async with http_system(lambda asked: (500, asked.body)) as system:
        for number in range(16):
            auth = {"kind": "bearer", "token": {"$secret": f"KEY_{number}"}}
            target = {
                "url": system.url(),
                "mapping": {"a": "date"},
                "auth": auth,
                "headers": {"X-Given": {"$secret": "GIVEN"}},
            }
            last = await action(output, "erp_integration", target)
        await output.round(output.actions())
        await output.round(output.actions())
    used = {asked.headers["authorization"].removeprefix("Bearer ") for asked in system.asked}
    assert used == set(PLANTED)
    assert {asked.headers["x-given"] for asked in system.asked} == {"planted-by-the-operator"}
    assert (await row(output, last))["status"] == "retrying"
    dump = await dump_of(database_urls)
    logged = caplog.text + "".join(capsys.readouterr())
    assert len(planted) > 20
    for secret in planted:
        for form in (secret, secret.encode().hex()):
            assert form not in dump
            assert form not in logged


def variable(tenancy: Tenancy, name: str) -> str:
    return f"DOCFLOW_SECRET_{tenancy.slug.upper().replace('-', '__')}_{name}"


async def token_sent(output: Output, name: str) -> tuple[str, Any]:
    async with http_system() as system:
        target = {
            "url": system.url(),
            "mapping": {"a": "date"},
            "auth": {"kind": "bearer", "token": {"$secret": name}},
        }
        done = await row(output, await _carried(output, target))
    sent = [asked.headers["authorization"].removeprefix("Bearer ") for asked in system.asked]
    return (sent or [""])[0], (done["result"] or {}).get("code")


async def _carried(output: Output, target: dict[str, Any]) -> Any:
    action_id = await action(output, "erp_integration", target)
    await output.round(output.actions())
    return action_id


async def test_no_name_reaches_another_clients_secret(
    output: Output, two_clients: tuple[Tenancy, Tenancy], tmp_path: Path
) -> None:
    theirs = two_clients[1]
    async with output.database.client(theirs.client_id) as session:
        await SecretKeeping(session, caller_of(theirs), output.sealing).put(
            "KEY", "theirs", at=SystemClock().now()
        )
    output.environment = {variable(theirs, "KEY"): "theirs", "DOCFLOW_SECRET_KEY": "theirs", "KEY": "theirs"}
    (tmp_path / theirs.slug).mkdir()
    (tmp_path / theirs.slug / "KEY").write_text("theirs")
    output.secrets_folder = tmp_path
    assert await token_sent(output, "KEY") == ("", "secret_missing")


async def test_a_stored_secret_wins_over_the_variable_and_that_over_the_file(
    output: Output, tmp_path: Path
) -> None:
    folder = tmp_path / output.tenancy.slug
    folder.mkdir()
    (folder / "KEY").write_text("of-the-file\n")
    output.secrets_folder = tmp_path
    assert (await token_sent(output, "KEY"))[0] == "of-the-file"
    output.environment = {variable(output.tenancy, "KEY"): "of-the-variable"}
    assert (await token_sent(output, "KEY"))[0] == "of-the-variable"
    async with output.database.client(output.tenancy.client_id) as session:
        keeping = SecretKeeping(session, caller_of(output.tenancy), output.sealing)
        await keeping.put("KEY", "stored", at=SystemClock().now())
    assert (await token_sent(output, "KEY"))[0] == "stored"
