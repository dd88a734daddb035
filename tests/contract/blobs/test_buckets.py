"""Buckets: the contract on moto's S3, encryption, links, and a store that refuses or fails."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from docflow.adapters.blobs.buckets import BucketOptions
from docflow.adapters.blobs.objects import BucketBlobs, blobs_from
from docflow.domain.errors import TransientError, UserError
from docflow.domain.ports.blobs import BlobStore
from docflow.testing.blobs import BlobContract
from docflow.testing.servers import S3Server

KEY = "c1/2026-11/p1/d1"


@pytest.fixture
def options(s3_server: S3Server) -> BucketOptions:
    return BucketOptions(
        endpoint=s3_server.url,
        region="eu-central-1",
        access_key_id=s3_server.access_key,
        secret_access_key=s3_server.secret_key,
    )


@pytest.fixture
async def bucket(s3_server: S3Server) -> str:
    """The URL of a new bucket, with a prefix in it."""
    name = f"docflow-{uuid4().hex}"
    async with httpx.AsyncClient() as client:
        body = (
            '<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
            "<LocationConstraint>eu-central-1</LocationConstraint></CreateBucketConfiguration>"
        )
        answer = await client.put(f"{s3_server.url}/{name}", content=body)
        answer.raise_for_status()
    return f"s3://{name}/files"


@pytest.mark.full
class TestS3(BlobContract):
    @pytest.fixture
    def blobs(self, bucket: str, options: BucketOptions, tmp_path: Path) -> BlobStore:
        return blobs_from(bucket, tmp_path, options)


@pytest.fixture
def s3(bucket: str, options: BucketOptions, tmp_path: Path) -> BucketBlobs:
    blobs = blobs_from(bucket, tmp_path, options)
    assert isinstance(blobs, BucketBlobs)
    return blobs


@pytest.mark.full
async def test_the_address_of_a_file_is_bucket_prefix_and_key(s3: BucketBlobs, bucket: str) -> None:
    assert s3.url(KEY) == f"{bucket}/{KEY}"
    assert s3.provider == "s3"


@pytest.mark.full
async def test_a_large_file_comes_back_byte_for_byte(s3: BucketBlobs) -> None:
    data = bytes(range(256)) * 48 * 1024
    await s3.put(KEY, data)
    assert await s3.get(KEY) == data


async def test_a_file_is_stored_under_the_key_that_is_set(tmp_path: Path) -> None:
    heads: list[bytes] = []
    async with _answering(200, heads) as endpoint:
        await blobs_from(
            "s3://bucket/files", tmp_path, replace(_against(endpoint), kms_key_id="alias/client-1")
        ).put(KEY, b"x")
    sent = heads[0].decode()
    assert sent.startswith(f"PUT /bucket/files/{KEY} ")
    assert "x-amz-server-side-encryption: aws:kms\r\n" in sent
    assert "x-amz-server-side-encryption-aws-kms-key-id: alias/client-1\r\n" in sent


@pytest.mark.full
async def test_a_signed_link_takes_the_file(s3: BucketBlobs) -> None:
    async with httpx.AsyncClient() as client:
        answer = await client.put(await s3.presign_put(KEY, expires_s=60), content=b"sent")
        answer.raise_for_status()
    assert await s3.get(KEY) == b"sent"


@pytest.mark.full
async def test_a_bucket_that_is_not_there_loses_nothing(options: BucketOptions, tmp_path: Path) -> None:
    blobs = blobs_from("s3://nobody-made-this", tmp_path, options)
    with pytest.raises(TransientError) as missing:
        await blobs.put(KEY, b"x")
    assert missing.value.code == "bucket_missing"


@pytest.mark.parametrize("expires_s", [0, -1, 7 * 86_400 + 1])
async def test_a_link_that_lives_too_long_or_not_at_all_is_refused(tmp_path: Path, expires_s: int) -> None:
    blobs = blobs_from("s3://bucket", tmp_path, BucketOptions(region="eu-central-1"))
    assert isinstance(blobs, BucketBlobs)
    with pytest.raises(UserError) as refused:
        await blobs.presign_put(KEY, expires_s=expires_s)
    assert refused.value.code == "invalid_expiry"


async def test_google_links_are_signed_with_the_service_account(tmp_path: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    account = {
        "private_key": pem,
        "private_key_id": "1",
        "client_email": "files@example.com",
        "disable_oauth": False,
    }
    blobs = blobs_from("gs://bucket/files", tmp_path, BucketOptions(service_account_key=json.dumps(account)))
    assert isinstance(blobs, BucketBlobs)
    link = httpx.URL(await blobs.presign_put(KEY, expires_s=60))
    assert (link.host, link.path) == ("storage.googleapis.com", f"/bucket/files/{KEY}")
    assert link.params["X-Goog-Expires"] == "60"
    assert blobs.provider == "gcs"


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (403, "storage_refused"),
        (401, "storage_refused"),
        (500, "storage_unavailable"),
        (503, "storage_unavailable"),
    ],
)
async def test_a_store_that_refuses_or_fails_is_told_by_its_code(
    tmp_path: Path, status: int, code: str
) -> None:
    async with _answering(status) as endpoint:
        blobs = blobs_from("s3://bucket", tmp_path, _against(endpoint))
        for call in (blobs.put(KEY, b"x"), blobs.get(KEY), blobs.head(KEY), blobs.delete(KEY)):
            with pytest.raises(TransientError) as failed:
                await call
            assert failed.value.code == code


async def test_a_store_that_is_away_is_told_in_time(tmp_path: Path) -> None:
    blobs = blobs_from("s3://bucket", tmp_path, _against("http://127.0.0.1:1"))
    async with asyncio.timeout(15):
        with pytest.raises(TransientError) as failed:
            await blobs.get(KEY)
    assert failed.value.code == "storage_unavailable"


async def test_a_store_that_says_nothing_is_told_in_time(tmp_path: Path) -> None:
    async with _answering(None) as endpoint:
        blobs = blobs_from("s3://bucket", tmp_path, replace(_against(endpoint), timeout_s=0.5, retries=1))
        async with asyncio.timeout(15):
            with pytest.raises(TransientError) as failed:
                await blobs.get(KEY)
    assert failed.value.code == "storage_unavailable"


def _against(endpoint: str) -> BucketOptions:
    return BucketOptions(
        endpoint=endpoint,
        region="eu-central-1",
        access_key_id="a",
        secret_access_key="b",
        retries=1,
        retry_s=2,
    )


@asynccontextmanager
async def _answering(status: int | None, heads: list[bytes] | None = None) -> AsyncIterator[str]:
    """An HTTP server that answers everything with this status; None = takes the request and is silent."""
    server = await asyncio.start_server(_answer(status, heads), "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


def _answer(
    status: int | None, heads: list[bytes] | None
) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if heads is not None:
            heads.append(head)
        if status is None:
            await reader.read()
        else:
            writer.write(
                f'HTTP/1.1 {status} no\r\nETag: "1"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'.encode()
            )
            await writer.drain()
        writer.close()

    return answer
