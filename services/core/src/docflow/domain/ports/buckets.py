from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class BucketTarget:
    """A client's own bucket: `s3://bucket/prefix` with `region` and both keys, or `gs://bucket/prefix` with the key of a
    service account. `endpoint` is for services that speak S3 elsewhere."""

    url: str
    region: str | None = None
    endpoint: str | None = None
    access_key_id: str | None = field(default=None, repr=False)
    secret_access_key: str | None = field(default=None, repr=False)
    service_account_key: str | None = field(default=None, repr=False)


SignPut = Callable[[BucketTarget, str], Awaitable[str]]
"""The address under which one file can be put to a bucket. Sends nothing. Raises PermanentError `action_invalid`."""
