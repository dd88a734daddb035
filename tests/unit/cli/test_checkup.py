import os
import socket
from pathlib import Path

import pytest
from docflow.runtime.settings import ApiSettings, BlobSettings, DatabaseSettings, Env, Settings
from docflow_cli import checkup, database_checkup
from pydantic import SecretStr


async def test_every_finding_that_is_not_ok_says_how_to_fix_it(tmp_path: Path) -> None:
    settings = Settings(
        home=tmp_path,
        env=Env.PRODUCTION,
        db=DatabaseSettings(url=SecretStr("postgresql+psycopg://docflow_app:hidden@127.0.0.1:1/docflow")),
        blobs=BlobSettings(url="gopher://nowhere"),
    )
    findings = await checkup.check_all(settings)
    wrong = {each.name for each in findings if not each.ok}
    assert wrong >= {"database", "file store", "settings"}
    assert all(each.fix for each in findings if not each.ok)
    assert not any("hidden" in each.found + each.fix for each in findings)


async def test_a_fresh_home_on_this_machine_lacks_nothing_and_is_left_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    findings = await checkup.check_all(Settings(home=home))
    assert [each for each in findings if not each.ok and each.name != "disk"] == []
    assert not home.exists()


async def test_a_port_that_was_asked_for_and_is_taken_is_missing(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        finding = await checkup.check_port(Settings(home=tmp_path, api=ApiSettings(port=port)))
    assert not finding.ok
    assert "DOCFLOW_API__PORT" in finding.fix


async def test_programs_that_do_not_exist_are_missing(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, db=DatabaseSettings(embedded_bin=tmp_path))
    finding = await database_checkup.check_database(settings)
    assert not finding.ok
    assert "DOCFLOW_DB__EMBEDDED_BIN" in finding.fix


async def test_a_role_that_walks_around_row_level_security_is_refused(database_urls) -> None:
    settings = Settings(db=DatabaseSettings(url=SecretStr(database_urls.admin)))
    finding = await database_checkup.check_database(settings)
    assert not finding.ok
    assert "docflow_app" in finding.fix


async def test_the_services_own_role_is_fine(database_urls) -> None:
    finding = await database_checkup.check_database(
        Settings(db=DatabaseSettings(url=SecretStr(database_urls.app)))
    )
    assert finding.ok


async def test_a_folder_for_files_that_takes_none_is_missing(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    finding = await checkup.check_files(Settings(blobs=BlobSettings(url=f"file://{in_the_way}/blobs")))
    assert not finding.ok


@pytest.mark.parametrize("name", ["python", "text recognition"])
async def test_what_setup_installs_is_found(tmp_path: Path, name: str) -> None:
    findings = {each.name: each for each in await checkup.check_all(Settings(home=tmp_path))}
    assert findings[name].ok


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a folder away")
async def test_root_is_sent_to_the_account_that_the_files_belong_to(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    os.chown(home, 1, 1)
    settings = Settings(home=home, env=Env.PRODUCTION, blobs=BlobSettings(url=f"file://{home}/files"))
    finding = await checkup.check_home(settings)
    assert not finding.ok
    assert finding.fix.startswith("run docflow as that account: `runuser -u ")
    assert (await checkup.check_files(settings)).ok
    assert not (home / "files").exists()
