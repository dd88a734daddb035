"""What `docflow doctor` says of encryption."""

from pathlib import Path
from typing import Any

import psycopg
import pytest
from docflow.db.roles import libpq_url
from docflow.runtime.local_state import LocalState
from docflow.runtime.settings import (
    AuthSettings,
    BlobSettings,
    BrokerSettings,
    DatabaseSettings,
    Env,
    RedisSettings,
    Settings,
)
from docflow_cli import encryption
from docflow_cli.disk_encryption import encryption_of
from pydantic import SecretStr


def settings(home: Path, *, env: Env = Env.PRODUCTION, **parts: Any) -> Settings:
    return Settings(home=home, env=env, **parts)


def database(url: str, **more: Any) -> dict[str, Any]:
    return {"db": DatabaseSettings(url=SecretStr(f"postgresql+psycopg://docflow_app:hidden@{url}"), **more)}


async def test_what_is_missing_in_production_is_a_warning_elsewhere(tmp_path: Path) -> None:
    broker = BrokerSettings(url=SecretStr("amqp://docflow:hidden@rabbit:5672/"))
    bad = await encryption.check_broker_encryption(settings(tmp_path, broker=broker))
    assert (bad.ok, bad.warning, "amqps://" in bad.fix) == (False, False, True)
    told = await encryption.check_broker_encryption(settings(tmp_path, env=Env.DEVELOPMENT, broker=broker))
    assert (told.ok, told.warning, told.fix) == (True, True, bad.fix)


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("amqps://docflow:hidden@rabbit:5671/", "TLS"),
        ("amqp://guest:guest@127.0.0.1:5672/", "on this machine"),
        ("amqp://guest:guest@rabbit.example.com:5672/", "not encrypted"),
    ],
)
async def test_the_way_to_the_broker_is_told(tmp_path: Path, url: str, found: str) -> None:
    finding = await encryption.check_broker_encryption(
        settings(tmp_path, broker=BrokerSettings(url=SecretStr(url)))
    )
    assert (finding.found, finding.ok) == (found, found != "not encrypted")


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("rediss://:hidden@cache:6380/0", "TLS"),
        ("unix:///run/valkey.sock", "on this machine"),
        ("redis://[::1]:6379/0", "on this machine"),
        ("redis://cache:6379/0", "not encrypted"),
    ],
)
async def test_the_way_to_redis_is_told(tmp_path: Path, url: str, found: str) -> None:
    finding = await encryption.check_redis_encryption(
        settings(tmp_path, redis=RedisSettings(url=SecretStr(url)))
    )
    assert (finding.found, finding.ok) == (found, found != "not encrypted")


@pytest.mark.parametrize(
    ("url", "more", "found"),
    [
        ("127.0.0.1:5432/docflow", {}, "on this machine"),
        ("/docflow?host=/run/postgresql", {}, "on this machine"),
        ("db.invalid/docflow?sslmode=verify-full", {}, "TLS by sslmode=verify-full"),
        ("db.invalid/docflow?sslmode=require", {}, "certificate is not checked"),
        ("db.invalid/docflow", {}, "not known: the server cannot be asked"),
        ("db.invalid/docflow", {"transaction_pooler": True}, "not known: sslmode=prefer to a pooler"),
    ],
)
async def test_the_way_to_the_database_is_told(
    tmp_path: Path, url: str, more: dict[str, Any], found: str
) -> None:
    finding = await encryption.check_database_encryption(settings(tmp_path, **database(url, **more)))
    assert found in finding.found
    assert finding.ok
    assert "hidden" not in finding.found + finding.fix


async def test_the_server_itself_is_asked_whether_a_connection_is_encrypted(database_urls) -> None:
    assert await encryption.tls_version(f"{database_urls.app}?sslmode=disable") == ""
    async with await psycopg.AsyncConnection.connect(libpq_url(database_urls.app)) as connection:
        offered = await (await connection.execute("SHOW ssl")).fetchone()
    version = await encryption.tls_version(database_urls.app)
    assert version is not None
    assert version.startswith("TLS") == (offered == ("on",))


@pytest.mark.parametrize(
    ("blobs", "found"),
    [
        (BlobSettings(url="s3://bucket", kms_key_id="alias/docflow"), "DOCFLOW_BLOBS__KMS_KEY_ID"),
        (BlobSettings(url="s3://bucket"), "Amazon's key"),
        (BlobSettings(url="gs://bucket"), "Google's key"),
        (BlobSettings(url="s3://bucket", endpoint="https://minio:9000"), "not known"),
    ],
)
async def test_what_encrypts_a_bucket_is_told(tmp_path: Path, blobs: BlobSettings, found: str) -> None:
    finding = await encryption.check_file_encryption(settings(tmp_path, blobs=blobs))
    assert found in finding.found
    assert finding.ok


async def test_a_bucket_that_is_reached_in_plain_text_is_missing(tmp_path: Path) -> None:
    blobs = BlobSettings(url="s3://bucket", endpoint="http://minio:9000", kms_key_id="key")
    assert not (await encryption.check_file_encryption(settings(tmp_path, blobs=blobs))).ok


def mounted(tmp_path: Path, kind: str, *layers: str) -> tuple[Path, Path]:
    """A table of mounts with `tmp_path/data` on a disk of these layers, the uppermost first."""
    mounts, devices = tmp_path / "mountinfo", tmp_path / "devices"
    place = devices / "253:1"
    for layer in layers:
        (place / "dm").mkdir(parents=True)
        (place / "dm" / "uuid").write_text(layer)
        place = place / "slaves" / "below"
    mounts.write_text(
        f"22 1 8:1 / / rw - ext4 /dev/sda1 rw\n30 22 253:1 / {tmp_path}/data rw shared:1 - {kind} /dev/x rw\n"
    )
    return mounts, devices


@pytest.mark.parametrize(
    ("kind", "layers", "by"),
    [
        ("ext4", ("CRYPT-LUKS2-ab-data",), "dm-crypt"),
        ("xfs", ("LVM-vg-data", "CRYPT-LUKS2-ab-disk"), "dm-crypt"),
        ("ext4", ("LVM-vg-data",), None),
        ("ecryptfs", (), "ecryptfs"),
        ("nfs4", (), None),
    ],
)
def test_what_encrypts_a_folder_is_told(tmp_path: Path, kind: str, layers: tuple[str, ...], by: str) -> None:
    (tmp_path / "data" / "blobs").mkdir(parents=True)
    mounts, devices = mounted(tmp_path, kind, *layers)
    assert encryption_of(tmp_path / "data" / "blobs", mounts=mounts, devices=devices) == by
    assert encryption_of(tmp_path, mounts=mounts, devices=devices) is None


def test_where_there_is_no_table_of_mounts_nothing_is_known(tmp_path: Path) -> None:
    assert encryption_of(tmp_path, mounts=tmp_path / "none") is None


async def test_a_key_of_ones_own_is_present(tmp_path: Path) -> None:
    auth = AuthSettings(secret=SecretStr("k" * 43))
    assert (await encryption.check_sealing_key(settings(tmp_path, auth=auth))).found == "set"


@pytest.mark.parametrize("kind", ["none", "the development one", "short"])
async def test_a_key_that_protects_little_is_missing_in_production(tmp_path: Path, kind: str) -> None:
    state = LocalState(tmp_path)
    state.make()
    secret = {"none": None, "the development one": state.auth_secret(), "short": SecretStr("k" * 12)}[kind]
    auth = AuthSettings(secret=secret)
    finding = await encryption.check_sealing_key(settings(tmp_path, auth=auth))
    assert (finding.ok, finding.warning) == (False, False)
    told = await encryption.check_sealing_key(settings(tmp_path, env=Env.DEVELOPMENT, auth=auth))
    assert (told.ok, told.warning) == (True, True)
