"""Buckets that belong to a client: addressed with that client's keys alone, never with those of this installation.

A link is signed here and sent through the guarded egress. The library would call the address itself, past the guard,
and would fill in what is left out from the operator's own environment.
"""

import json
from datetime import timedelta

import obstore
from obstore.exceptions import BaseError
from obstore.store import GCSStore, S3Store

from docflow.adapters.blobs.keys import checked_key
from docflow.domain.errors import PermanentError
from docflow.domain.ports.buckets import BucketTarget

LINK_S = 600


async def sign_put(target: BucketTarget, key: str) -> str:
    """The address that takes one file by PUT for ten minutes. Raises PermanentError `action_invalid`."""
    try:
        store = _s3(target) if target.url.startswith("s3://") else _gcs(target)
        return await obstore.sign_async(store, "PUT", checked_key(key), timedelta(seconds=LINK_S))
    except (BaseError, ValueError) as error:
        raise PermanentError("the bucket or its keys cannot be used", code="action_invalid") from error


def _s3(target: BucketTarget) -> S3Store:
    if not (target.access_key_id and target.secret_access_key and target.region):
        raise ValueError("a bucket of S3 needs its region and both keys")
    given = {
        "access_key_id": target.access_key_id,
        "secret_access_key": target.secret_access_key,
        "expires_at": None,
    }
    endpoint = target.endpoint or f"https://s3.{target.region}.amazonaws.com"
    return S3Store.from_url(
        target.url,
        config={
            "region": target.region,
            "endpoint": endpoint,
            "virtual_hosted_style_request": False,
        },
        client_options={"allow_http": True},
        # Keys in the configuration would be joined by the session token of the environment.
        credential_provider=lambda: given,  # type: ignore[arg-type]
    )


def _gcs(target: BucketTarget) -> GCSStore:
    key = json.loads(target.service_account_key or "")
    if not isinstance(key, dict) or key.get("type") != "service_account":
        raise ValueError("a bucket of Google needs the key of a service account")
    # Whatever else the key may name, such as another address to call, is left out.
    names = ("type", "project_id", "private_key_id", "private_key", "client_email", "client_id")
    clean = {name: key[name] for name in names if name in key}
    return GCSStore.from_url(target.url, config={"service_account_key": json.dumps(clean)})
