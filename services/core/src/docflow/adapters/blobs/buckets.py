"""Buckets of S3 and Google Cloud Storage: how they are opened and how a link to one object is signed.

What is not given here comes from the environment as the vendors' own tools read it (AWS_*, GOOGLE_*), or from the
machine's role.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import obstore
from obstore.store import GCSStore, ObjectStore, S3Store

from docflow.domain.errors import UserError

if TYPE_CHECKING:
    from obstore.store import ClientConfig, GCSConfig, RetryConfig, S3Config

LONGEST_LINK_S = 7 * 86_400
"""Both services refuse signatures that live longer."""


@dataclass(frozen=True, slots=True)
class BucketOptions:
    """`kms_key_id` encrypts every object with that key of AWS KMS; a store per key, so one per client if need be.

    `endpoint` is for services that speak S3 elsewhere; they are addressed by path. `retry_s` bounds all attempts of
    one call together.
    """

    kms_key_id: str | None = None
    region: str | None = None
    endpoint: str | None = None
    access_key_id: str | None = None
    secret_access_key: str | None = None
    service_account_key: str | None = None
    connect_s: float = 5.0
    timeout_s: float = 60.0
    retries: int = 2
    retry_s: float = 10.0


def open_bucket(url: str, options: BucketOptions) -> S3Store | GCSStore:
    """The bucket and prefix that `s3://` or `gs://` names. Nothing is sent yet."""
    if url.startswith("gs://"):
        return GCSStore.from_url(
            url, config=_gcs(options), client_options=_client(options), retry_config=_retry(options)
        )
    return S3Store.from_url(
        url, config=_s3(options), client_options=_client(options), retry_config=_retry(options)
    )


async def signed_put(store: ObjectStore, key: str, expires_s: int) -> str:
    """UserError `invalid_expiry` unless 1 s to 7 days."""
    if not 1 <= expires_s <= LONGEST_LINK_S:
        raise UserError("a link lives from 1 second to 7 days", code="invalid_expiry")
    assert isinstance(store, S3Store | GCSStore)
    return await obstore.sign_async(store, "PUT", key, timedelta(seconds=expires_s))


def _s3(options: BucketOptions) -> "S3Config":
    config: S3Config = {"virtual_hosted_style_request": options.endpoint is None}
    if options.region:
        config["region"] = options.region
    if options.endpoint:
        config["endpoint"] = options.endpoint
    if options.access_key_id and options.secret_access_key:
        config["access_key_id"] = options.access_key_id
        config["secret_access_key"] = options.secret_access_key
    if options.kms_key_id:
        config["server_side_encryption"] = "aws:kms"
        config["sse_kms_key_id"] = options.kms_key_id
        config["sse_bucket_key_enabled"] = True
    return config


def _gcs(options: BucketOptions) -> "GCSConfig":
    return {"service_account_key": options.service_account_key} if options.service_account_key else {}


def _client(options: BucketOptions) -> "ClientConfig":
    return {
        "connect_timeout": timedelta(seconds=options.connect_s),
        "timeout": timedelta(seconds=options.timeout_s),
        # Plain HTTP only where the operator's own endpoint says so.
        "allow_http": (options.endpoint or "").startswith("http://"),
    }


def _retry(options: BucketOptions) -> "RetryConfig":
    """The library's own figures (10 attempts, 3 minutes) would hold a request longer than its caller waits."""
    return {
        "max_retries": options.retries,
        "retry_timeout": timedelta(seconds=options.retry_s),
        "backoff": {"init_backoff": timedelta(milliseconds=100), "max_backoff": timedelta(seconds=2)},
    }
