import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from docflow.adapters.clock.system import SystemClock
from docflow.adapters.mail.folder import FolderMail
from docflow.db.database import Database
from docflow.domain.errors import Conflict, NotFound, UserError
from docflow.domain.ids import new_id
from docflow.domain.ports.mail import Letter
from docflow.domain.stages import Role
from docflow.features.users.models import RefreshSession
from docflow.features.users.passwords import Passwords
from docflow.features.users.recovery_codes import RecoveryCodes
from docflow.features.users.repository import find_holder, find_login, find_standing, set_second_factor
from docflow.runtime.settings import DatabaseSettings, Env, MailSettings, Settings
from docflow.testing.database import DatabaseUrls
from docflow.testing.factories import Tenancy
from docflow_cli import checkup, database_checkup
from docflow_cli.administrators import create_admin, made_password, reset_second_factor
from docflow_cli.main import app
from pydantic import SecretStr
from typer.testing import CliRunner

PASSWORD = "violet-harbour-91"


def settings_for(urls: DatabaseUrls, **more: object) -> Settings:
    given = {
        "db": DatabaseSettings(url=SecretStr(urls.app), migration_url=SecretStr(urls.owner)),
        **more,
    }
    return Settings(_env_file=None, **given)


async def test_the_first_platform_admin_is_made_by_the_operator(
    database_urls: DatabaseUrls, database: Database
) -> None:
    await create_admin(settings_for(database_urls), "Root@Platform.test", PASSWORD, slug=None)
    async with database.nobody() as session:
        login = await find_login(session, "root@platform.test")
    assert login is not None
    assert (login.role, login.client_id, login.status) == (Role.PLATFORM_ADMIN, None, "active")
    assert (await Passwords().verify(PASSWORD, login.password_hash))[0]


async def test_an_admin_of_a_client_is_made_by_its_slug(
    database_urls: DatabaseUrls, database: Database, two_clients: tuple[Tenancy, Tenancy]
) -> None:
    acme, _ = two_clients
    settings = settings_for(database_urls)
    await create_admin(settings, "boss@acme.test", PASSWORD, slug=acme.slug)
    async with database.nobody() as session:
        login = await find_login(session, "boss@acme.test")
    assert login is not None
    assert (login.role, login.client_id) == (Role.ADMIN, acme.client_id)
    with pytest.raises(Conflict):
        await create_admin(settings, "boss@acme.test", PASSWORD, slug=acme.slug)


@pytest.mark.parametrize("of_a_client", [True, False])
async def test_the_operator_takes_away_a_factor_that_was_lost(
    of_a_client: bool, database_urls: DatabaseUrls, database: Database, two_clients: tuple[Tenancy, Tenancy]
) -> None:
    acme, _ = two_clients
    settings, at = settings_for(database_urls), datetime.now(UTC)
    email, client_id = f"{new_id().hex}@lost.test", acme.client_id if of_a_client else None
    user_id = await create_admin(settings, email, PASSWORD, slug=acme.slug if of_a_client else None)
    async with database.of(client_id) as session:
        await set_second_factor(session, user_id, b"sealed", b"pending")
        await RecoveryCodes(session, client_id).replace(user_id, email, ["aaaa-bbbb-cccc-dddd"], at)
        row = RefreshSession(
            client_id=client_id, user_id=user_id, family_id=user_id, token_hash=user_id.bytes, expires_at=at
        )
        session.add(row)
    for _ in range(2):
        assert await reset_second_factor(settings, email.upper()) == user_id
    async with database.of(client_id) as session:
        holder = await find_holder(session, user_id)
        assert holder is not None
        assert (holder.totp_secret, holder.totp_pending) == (None, None)
        assert await RecoveryCodes(session, client_id).left(user_id) == 0
        standing = await find_standing(session, user_id, user_id)
        assert standing is not None
        assert not standing.is_open
    with pytest.raises(NotFound):
        await reset_second_factor(settings, "nobody@lost.test")


async def test_an_unknown_client_and_a_weak_password_are_refused(database_urls: DatabaseUrls) -> None:
    settings = settings_for(database_urls)
    with pytest.raises(NotFound):
        await create_admin(settings, "a@b.test", PASSWORD, slug="nobody")
    with pytest.raises(UserError):
        await create_admin(settings, "a@b.test", "password1", slug=None)


def test_a_made_password_is_taken_and_never_the_same() -> None:
    one, other = made_password(), made_password()
    assert one != other
    assert len(one) == 29


async def test_the_doctor_finds_accounts_that_everybody_knows(seeded_database_urls: DatabaseUrls) -> None:
    found = await database_checkup.check_accounts(settings_for(seeded_database_urls, env=Env.PRODUCTION))
    assert not found.ok
    assert "platform@docflow.local" in found.found
    assert "viewer@initech.com" in found.found
    at_home = await database_checkup.check_accounts(settings_for(seeded_database_urls))
    assert at_home.ok


async def test_the_doctor_finds_none_where_there_are_none(database_urls: DatabaseUrls) -> None:
    found = await database_checkup.check_accounts(settings_for(database_urls, env=Env.PRODUCTION))
    assert (found.ok, found.found) == (True, "none")


async def test_production_wants_a_mail_server(tmp_path: Path) -> None:
    assert not (await checkup.check_mail(Settings(home=tmp_path, env=Env.PRODUCTION))).ok
    unusable = MailSettings(url=SecretStr("smtp+plain://me:hidden@mx.test"))
    finding = await checkup.check_mail(Settings(home=tmp_path, mail=unusable))
    assert not finding.ok
    assert "hidden" not in finding.found
    usable = MailSettings(url=SecretStr("smtps://me:hidden@mx.test"))
    assert (await checkup.check_mail(Settings(home=tmp_path, env=Env.PRODUCTION, mail=usable))).ok


async def test_letters_in_the_folder_can_be_listed_and_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = FolderMail(tmp_path / "mail", SystemClock(), sender="DocFlow AI <no-reply@docflow.test>")
    for number in (1, 2):
        await mail.send(Letter(f"p{number}@acme.test", f"Subject {number}", f"Words {number}\n", "<p></p>"))
    monkeypatch.setenv("DOCFLOW_HOME", str(tmp_path))
    run = CliRunner()
    listed = run.invoke(app, ["mail", "list"]).output.splitlines()
    assert len(listed) == 2
    assert "p1@acme.test" in "".join(listed)
    shown = run.invoke(app, ["mail", "show", "1"])
    assert ("To: p" in shown.output, "Words" in shown.output) == (True, True)
    assert run.invoke(app, ["mail", "show", "3"]).exit_code == 1


def test_create_admin_wants_a_client_or_the_platform() -> None:
    run = CliRunner()
    for wrong in ([], ["--platform", "--client", "acme"]):
        assert run.invoke(app, ["create-admin", "--email", "a@b.test", *wrong]).exit_code == 2


def test_create_admin_reads_the_password_from_a_pipe(database_urls: DatabaseUrls, tmp_path: Path) -> None:
    """In a process of its own, which has loaded nothing but what the verb needs."""
    urls = {"DOCFLOW_DB__URL": database_urls.app, "DOCFLOW_DB__MIGRATION_URL": database_urls.owner}
    docflow = [sys.executable, "-m", "docflow_cli", "create-admin", "--platform", "--email"]

    def run(email: str, password: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*docflow, email],
            input=f"{password}\n",
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env=os.environ | urls,
            check=False,
        )

    done = run("piped@platform.test", PASSWORD)
    assert (done.returncode, PASSWORD in done.stdout + done.stderr) == (0, False)
    assert "piped@platform.test  platform_admin" in done.stdout
    weak = run("other@platform.test", "password1")
    assert (weak.returncode, "password is too easy to guess" in weak.stderr) == (1, True)
