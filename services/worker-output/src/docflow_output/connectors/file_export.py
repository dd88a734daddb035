"""Writes the result as a file: into the file store under the client's own prefix, or into a bucket of the client."""

from docflow.domain.errors import PermanentError, TransientError
from docflow.domain.filling import filled_folder, filled_name
from docflow.domain.json_types import JsonObject
from docflow.domain.ports.blobs import BlobStore
from docflow.domain.ports.buckets import BucketTarget, SignPut
from docflow.domain.ports.egress import Egress
from docflow.domain.target_mapping import Source
from docflow.features.outputs.repository import ClaimedAction

from docflow_output.connectors.connector import Effect
from docflow_output.forms import Forms, Written

_DEFAULT_NAME = "{process_type_id}-{process_id}"
UPLOAD_S = 60.0


class FileExport:
    """`target_config`: `format` json, csv, xlsx, ubl, cii or datev; `file_name` and `folder` with places such as
    `{{fields.invoice_number}}` or `{external_id}`; `bucket` for one of the client's own.

    The key is made of process and position, so a repeat writes the same content to the same place.
    """

    action_type = "file_export"

    def __init__(self, blobs: BlobStore, forms: Forms, egress: Egress, sign_put: SignPut | None) -> None:
        self._blobs = blobs
        self._forms = forms
        self._egress = egress
        self._sign_put = sign_put

    async def carry_out(self, action: ClaimedAction, result: JsonObject) -> Effect:
        form = action.target_config.get("format", "json")
        written = await self._forms.write(form, action, result)
        folder, name = _place(action, result)
        key = f"{folder}/{action.process_id}/{action.position}-{name}.{written.ending}"
        told: JsonObject = {"size_bytes": len(written.content), "format": form}
        if "bucket" in action.target_config:
            await self._upload(_target(action.target_config["bucket"]), key, written)
        else:
            key = f"{action.client_id}/exports/{key}"
            await self._blobs.put(key, written.content)
        return Effect({"key": key, **told})

    async def _upload(self, target: BucketTarget, key: str, written: Written) -> None:
        """Raises PermanentError `bucket_missing`, TransientError `bucket_refused`, and what the egress raises."""
        if self._sign_put is None:
            raise PermanentError("buckets cannot be reached here", code="action_unsupported")
        url = await self._sign_put(target, key)
        answer = await self._egress.request(
            "PUT",
            url,
            headers={"content-type": written.mime_type},
            content=written.content,
            timeout_s=UPLOAD_S,
        )
        if 200 <= answer.status < 300:
            return
        if answer.status == 404:
            raise PermanentError("the bucket is not there", code="bucket_missing")
        raise TransientError(f"the bucket answered {answer.status}", code="bucket_refused", after_s=5)


def _target(given: object) -> BucketTarget:
    if not isinstance(given, dict) or not str(given.get("url", "")).startswith(("s3://", "gs://")):
        raise PermanentError("a bucket names an s3:// or gs:// url", code="action_invalid")
    names = ("region", "endpoint", "access_key_id", "secret_access_key", "service_account_key")
    return BucketTarget(given["url"], **{name: str(given[name]) for name in names if given.get(name)})


def _place(action: ClaimedAction, result: JsonObject) -> tuple[str, str]:
    values = Source(result, action.facts).texts()
    config = action.target_config
    try:
        folder = filled_folder(str(config.get("folder") or ""), values)
        name = filled_name(str(config.get("file_name") or _DEFAULT_NAME), values)
    except ValueError as error:
        raise PermanentError(str(error), code="action_invalid") from error
    return folder or f"{action.created_at:%Y-%m}", name
