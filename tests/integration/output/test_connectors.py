"""Mail, a database, a business system and a bucket, each received for real."""

import asyncio
import base64
import io
import json
import zipfile
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from docflow.adapters.clock.system import SystemClock
from docflow.adapters.egress.guarded import GuardedEgress
from docflow.adapters.mail.smtp import Safety, SmtpMail, SmtpServer
from docflow.domain.errors import TransientError
from docflow.domain.ids import new_id
from docflow.features.client_secrets.models import ClientSecret
from docflow.features.outputs.repository import ClaimedAction
from docflow.testing.database import DatabaseUrls
from docflow_output.connectors.database_insert import DatabaseInsert
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from tests.integration.output.conftest import Output
from tests.integration.output.systems import Asked, MailSystem, http_system, mail_system
from tests.integration.output.test_actions import action, keys, row

PASSWORD = {"$secret": "DB_PASSWORD"}


async def again(output: Output, action_id: UUID) -> None:
    """As if the worker had died after the effect and before it was written down."""
    async with output.database.client(output.tenancy.client_id) as session:
        await session.execute(
            text("UPDATE output_actions SET status = 'pending' WHERE action_id = :id"), {"id": action_id}
        )
    await output.round(output.actions())


async def carried_out(output: Output, kind: str, target: dict[str, Any], **columns: object) -> dict[str, Any]:
    action_id = await action(output, kind, target, **columns)
    await output.round(output.actions())
    return await row(output, action_id)


def ended(done: dict[str, Any]) -> tuple[str, str | None]:
    return done["status"], (done["result"] or {}).get("code")


# mail


@pytest.fixture
async def post(output: Output) -> AsyncIterator[MailSystem]:
    async with mail_system() as system:
        server = SmtpServer("127.0.0.1", system.port, Safety.NONE)
        output.mail = SmtpMail(server, SystemClock(), sender="DocFlow <out@docflow.test>", timeout_s=5.0)
        yield system


async def test_a_letter_arrives_once_with_values_and_files(output: Output, post: MailSystem) -> None:
    target = {
        "to": ["ada@acme.test", "bob@acme.test"],
        "subject": "{{external_id}}: {{fields.total}}\n {{7*7}}",
        "text": "Total {{ fields.total }}",
        "html": "<b>{{fields.total}}</b>",
        "attach": ["json", "xlsx"],
    }
    done = await carried_out(output, "email", target)
    assert ended(done) == ("completed", None)
    await again(output, done["action_id"])
    (letter,) = post.letters.values()
    assert len(post.arrived) == 2
    assert letter["Subject"] == "INV-7: 119.00 {{7*7}}"
    assert letter["Message-ID"] == f"<act_{done['action_id'].hex}@docflow.test>"
    parts = {part.get_content_type(): part for part in letter.walk()}
    assert parts["text/plain"].get_content().strip() == "Total 119.00"
    assert parts["text/html"].get_content().strip() == "<b>119.00</b>"
    assert json.loads(parts["application/json"].get_content())["data"] == {"total": "119.00"}
    assert any(name.endswith(".sheet") for name in parts)


@pytest.mark.parametrize(
    ("refusal", "end"),
    [("450 later", ("retrying", "mail_unavailable")), ("550 nobody", ("failed", "mail_refused"))],
)
async def test_a_mail_server_says_later_or_never(
    output: Output, post: MailSystem, refusal: str, end: tuple[str, str]
) -> None:
    post.refusal = {"ada@acme.test": refusal}
    assert ended(await carried_out(output, "email", {"to": "ada@acme.test"})) == end


async def test_an_address_that_is_refused_beside_others_is_told_and_repeats_nothing(
    output: Output, post: MailSystem
) -> None:
    post.refusal = {"bob@acme.test": "550 nobody"}
    done = await carried_out(output, "email", {"to": ["ada@acme.test", "bob@acme.test"]})
    assert (done["status"], done["result"]["recipients"], done["result"]["refused"]) == ("completed", 1, 1)
    assert len(post.arrived) == 1


async def test_markup_in_a_value_is_text_in_the_letter(output: Output, post: MailSystem) -> None:
    action_id = await action(output, "email", {"to": "ada@acme.test", "html": "<p>{{external_id}}</p>"})
    async with output.database.client(output.tenancy.client_id) as session:
        await session.execute(text("UPDATE processes SET external_id = '<script>'"))
    await output.round(output.actions())
    assert (await row(output, action_id))["status"] == "completed"
    html = post.arrived[0].get_body(("html",))  # type: ignore[attr-defined]
    assert "<p>&lt;script&gt;</p>" in html.get_content()


# a database


@pytest.fixture
def table(output: Output, database_urls: DatabaseUrls) -> AsyncIterator[dict[str, Any]]:
    """A table of the client's in another schema of the same server, and the target that leads to it."""
    url = make_url(database_urls.admin)
    engine = create_engine(database_urls.admin, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA IF EXISTS erp CASCADE"))
        connection.execute(text("CREATE SCHEMA erp"))
        connection.execute(
            text(
                "CREATE TABLE erp.invoices (idempotency_key text UNIQUE, number text, total numeric(12, 2),"
                " day date, whole jsonb)"
            )
        )
    output.environment = {
        f"DOCFLOW_SECRET_{output.tenancy.slug.upper().replace('-', '__')}_DB_PASSWORD": url.password or ""
    }
    yield {
        "url": f"postgresql+psycopg://{url.host}:{url.port}/{url.database}",
        "username": url.username,
        "password": PASSWORD,
        "schema": "erp",
        "table": "invoices",
        "columns": {
            "number": "external_id",
            "total": {"from": "fields.total", "as": "number"},
            "day": "date",
            "whole": "data.total",
        },
    }
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA erp CASCADE"))
    engine.dispose()


def rows_of(urls: DatabaseUrls) -> list[Any]:
    engine = create_engine(urls.admin, poolclass=NullPool)
    with engine.begin() as connection:
        found = list(connection.execute(text("SELECT * FROM erp.invoices")))
    engine.dispose()
    return found


async def test_a_row_is_written_once_however_often(
    output: Output, table: dict[str, Any], database_urls: DatabaseUrls
) -> None:
    table["columns"].pop("whole")
    done = await carried_out(output, "database_insert", table)
    assert ended(done) == ("completed", None)
    await again(output, done["action_id"])
    (found,) = rows_of(database_urls)
    assert (found.idempotency_key, found.number, str(found.total)) == (
        f"act_{done['action_id'].hex}",
        "INV-7",
        "119.00",
    )


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"table": "nothing"}, "table_missing"),
        ({"schema": "nowhere"}, "table_missing"),
        ({"columns": {"nothing": "date"}}, "column_missing"),
        ({"key_column": "number", "columns": {"day": "date"}}, "key_not_unique"),
        ({"columns": {"total": {"const": "many"}}}, "row_refused"),
        ({"table": 'invoices"; DROP TABLE erp.invoices; --'}, "action_invalid"),
        ({"columns": {'a") --': "date"}}, "action_invalid"),
        ({"url": "postgresql+psycopg://127.0.0.1/x?host=/tmp"}, "action_invalid"),
        ({"password": {"$secret": "ANOTHER"}}, "secret_missing"),
    ],
)
async def test_what_no_second_try_changes_ends_the_action_with_its_code(
    output: Output, table: dict[str, Any], change: dict[str, Any], code: str
) -> None:
    assert ended(await carried_out(output, "database_insert", {**table, **change})) == ("failed", code)


async def test_a_database_that_is_down_is_tried_again(output: Output, table: dict[str, Any]) -> None:
    table["url"] = "postgresql+psycopg://127.0.0.1:1/erp"
    assert ended(await carried_out(output, "database_insert", table)) == ("retrying", "target_unavailable")


@asynccontextmanager
async def line_to(host: str, port: int, silent: asyncio.Event) -> AsyncIterator[int]:
    """A port that leads there, and swallows all that is sent once `silent` is set."""
    lines: set[asyncio.Task[None]] = set()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                if not silent.is_set():
                    writer.write(data)
        finally:
            writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        onward, back = await asyncio.open_connection(host, port)
        lines.update((asyncio.create_task(carry(reader, back)), asyncio.create_task(carry(onward, writer))))

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]
        for line in lines:
            line.cancel()
        await asyncio.gather(*lines, return_exceptions=True)


@pytest.mark.full
async def test_a_database_that_falls_silent_holds_an_action_no_longer_than_it_may(
    output: Output, table: dict[str, Any], database_urls: DatabaseUrls
) -> None:
    """The driver takes ten seconds more to give a silent server up."""
    url, silent = make_url(database_urls.admin), asyncio.Event()
    async with (
        line_to(url.host or "", url.port or 5432, silent) as port,
        aclosing(DatabaseInsert(output.egress, whole_s=0.5)) as insert,
    ):
        target = {
            **table,
            "url": f"postgresql+psycopg://127.0.0.1:{port}/{url.database}",
            "password": url.password,
        }
        work = ClaimedAction(
            new_id(), output.tenancy.client_id, new_id(), 0, "database_insert",
            {**target, "columns": {"day": "date"}}, 1, 0, 8, "any", None, datetime.now(UTC),
        )  # fmt: skip
        await insert.carry_out(work, {})
        silent.set()
        async with asyncio.timeout(40):
            with pytest.raises(TransientError) as refused:
                await insert.carry_out(work, {})
    assert refused.value.code == "target_unavailable"


async def test_an_inner_database_is_refused(output: Output, table: dict[str, Any]) -> None:
    output.egress = GuardedEgress()
    assert ended(await carried_out(output, "database_insert", table)) == ("failed", "egress_refused")


# a business system

MAPPING = {
    "invoice.number": "external_id",
    "invoice.total": {"from": "fields.total", "as": "number"},
    "source": {"const": "docflow"},
    "note": {"template": "of {{date}}: {{fields.absent}}"},
}


def oauth(*, lives_s: int = 3600, refuse: frozenset[str] = frozenset()) -> Any:
    """A system whose tokens are t1, t2 and so on; `refuse` names those that it takes no more."""
    given: list[str] = []

    def answer(asked: Asked) -> tuple[int, bytes]:
        if asked.path == "/token":
            given.append(f"t{len(given) + 1}")
            return 200, json.dumps({"access_token": given[-1], "expires_in": lives_s}).encode()
        token = asked.headers["authorization"].removeprefix("Bearer ")
        return (401 if token in refuse else 201), b"{}"

    return answer


def target_at(system: Any, **more: Any) -> dict[str, Any]:
    return {
        "url": system.url("/invoices"),
        "mapping": MAPPING,
        "auth": {
            "kind": "oauth_client_credentials",
            "token_url": system.url("/token"),
            "client_id": "docflow",
            "client_secret": {"$secret": "ERP_SECRET"},
        },
        **more,
    }


@pytest.fixture
async def erp_secret(output: Output) -> str:
    async with output.database.client(output.tenancy.client_id) as session:
        session.add(
            ClientSecret(
                client_id=output.tenancy.client_id,
                name="ERP_SECRET",
                value_sealed=output.sealing.seal(b"planted-erp-secret"),
                set_by="user:x",
            )
        )
    return "planted-erp-secret"


async def test_a_result_is_mapped_and_handed_over_once_with_one_token(
    output: Output, erp_secret: str
) -> None:
    async with http_system(oauth()) as system:
        lane = output.actions()
        for _ in range(2):
            await action(output, "erp_integration", target_at(system))
        await output.round(lane)
        action_id = await action(output, "erp_integration", target_at(system))
        await output.round(lane)
        await again(output, action_id)
    calls = [asked for asked in system.asked if asked.path == "/invoices"]
    assert len(system.effects) == 3
    assert calls[0].json["invoice"] == {"number": "INV-7", "total": 119}
    assert (calls[0].json["source"], calls[0].json["note"][:3]) == ("docflow", "of ")
    token_calls = [asked for asked in system.asked if asked.path == "/token"]
    assert base64.b64decode(token_calls[0].headers["authorization"][6:]).decode() == f"docflow:{erp_secret}"


async def test_a_token_that_was_ended_is_renewed_at_once(output: Output, erp_secret: str) -> None:
    async with http_system(oauth(refuse=frozenset({"t1"}))) as system:
        done = await carried_out(output, "erp_integration", target_at(system))
    assert (ended(done), len(system.effects)) == (("completed", None), 1)


@pytest.mark.parametrize(
    ("status", "end"),
    [
        (422, ("failed", "receiver_rejected")),
        (409, ("retrying", "receiver_refused")),
        (500, ("retrying", "receiver_refused")),
        (302, ("retrying", "receiver_refused")),
        (208, ("completed", None)),
    ],
)
async def test_what_a_system_answers_decides(
    output: Output, status: int, end: tuple[str, str | None]
) -> None:
    async with http_system(lambda asked: (status, b"")) as system:
        target = {"url": system.url(), "mapping": MAPPING}
        assert ended(await carried_out(output, "erp_integration", target)) == end


async def test_a_system_that_had_it_already_is_done(output: Output) -> None:
    async with http_system(lambda asked: (409, b"")) as system:
        target = {"url": system.url(), "mapping": MAPPING, "already": [409]}
        done = await carried_out(output, "erp_integration", target)
    assert (done["status"], done["result"]["already"]) == ("completed", True)


async def test_bad_credentials_end_the_action(output: Output, erp_secret: str) -> None:
    async with http_system(lambda asked: (401, b"")) as system:
        done = await carried_out(output, "erp_integration", target_at(system))
    assert ended(done) == ("failed", "token_refused")


async def test_a_value_that_the_target_needs_and_no_document_has_is_told(output: Output) -> None:
    mapping = {"a": {"from": "fields.absent", "required": True}}
    async with http_system() as system:
        done = await carried_out(output, "erp_integration", {"url": system.url(), "mapping": mapping})
    assert ended(done) == ("failed", "value_missing")


# files


async def test_a_file_lands_where_the_template_says_and_nowhere_else(output: Output) -> None:
    target = {"folder": "out/{{fields.total}}", "file_name": "{{external_id}}-{{7*7}}", "format": "xlsx"}
    done = await carried_out(output, "file_export", target)
    (key,) = await keys(output)
    process_id = done["process_id"]
    assert key == f"{output.tenancy.client_id}/exports/out/119.00/{process_id}/0-INV-7-_7_7.xlsx"
    with zipfile.ZipFile(io.BytesIO(await output.blobs.get(key))) as book:
        assert "xl/worksheets/sheet1.xml" in book.namelist()


async def test_a_value_makes_no_folder(output: Output) -> None:
    action_id = await action(output, "file_export", {"folder": "{{external_id}}"})
    async with output.database.client(output.tenancy.client_id) as session:
        await session.execute(text("UPDATE processes SET external_id = '../../{date}/etc'"))
    await output.round(output.actions())
    (key,) = await keys(output)
    assert key.split("/")[2] == "date_etc"
    assert (await row(output, action_id))["status"] == "completed"


async def test_a_booking_batch_is_a_form_of_export(output: Output) -> None:
    booking = {
        "amount": "fields.total",
        "account": {"const": "4400"},
        "counter_account": {"const": "70001"},
        "date": "date",
        "reference": "external_id",
    }
    datev = {"consultant": 1001, "client": 1, "booking": booking}
    await carried_out(output, "file_export", {"format": "datev", "datev": datev})
    (key,) = await keys(output)
    lines = (await output.blobs.get(key)).decode("cp1252").split("\r\n")
    assert lines[0].startswith('"EXTF";700;21;"Buchungsstapel";13;')
    assert lines[2].startswith('119,00;"S";"EUR";;;;4400;70001;;')


async def test_a_client_puts_files_into_its_own_bucket_with_its_own_keys(
    output: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "of-the-operator")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "of-the-operator")
    slug = output.tenancy.slug.upper().replace("-", "__")
    output.environment = {f"DOCFLOW_SECRET_{slug}_S3_KEY": "of-the-client"}
    async with http_system() as system:
        bucket = {
            "url": "s3://archive/in",
            "region": "eu-central-1",
            "endpoint": system.url("").rstrip("/"),
            "access_key_id": "AKCLIENT",
            "secret_access_key": {"$secret": "S3_KEY"},
        }
        done = await carried_out(output, "file_export", {"bucket": bucket, "folder": "2026"})
    assert ended(done) == ("completed", None)
    (asked,) = system.asked
    assert (asked.method, asked.path.split("?")[0]) == ("PUT", f"/archive/in/{done['result']['key']}")
    assert "of-the-operator" not in asked.path
    assert "of-the-client" not in asked.path
    assert json.loads(asked.body)["data"] == {"total": "119.00"}


@pytest.mark.parametrize(("status", "end"), [(404, "failed"), (403, "retrying"), (503, "retrying")])
async def test_a_bucket_that_takes_no_file(output: Output, status: int, end: str) -> None:
    slug = output.tenancy.slug.upper().replace("-", "__")
    output.environment = {f"DOCFLOW_SECRET_{slug}_S3_KEY": "k"}
    async with http_system(lambda asked: (status, b"")) as system:
        bucket = {
            "url": "s3://archive",
            "region": "eu-central-1",
            "endpoint": system.url("").rstrip("/"),
            "access_key_id": "AKCLIENT",
            "secret_access_key": {"$secret": "S3_KEY"},
        }
        assert (await carried_out(output, "file_export", {"bucket": bucket}))["status"] == end
