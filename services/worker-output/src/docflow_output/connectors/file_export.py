"""Writes the result as JSON or CSV into the file store, under the client's own prefix."""

import json

from docflow.domain.errors import PermanentError
from docflow.domain.exporting import result_csv, safe_file_name
from docflow.domain.json_types import JsonObject
from docflow.domain.ports.blobs import BlobStore
from docflow.features.outputs.repository import ClaimedAction

from docflow_output.connectors.connector import Effect

_DEFAULT_NAME = "{process_type_id}-{process_id}"


class FileExport:
    """`target_config`: `format` json or csv, `file_name` with {process_id}, {external_id}, {process_type_id}, {date}.

    The key is made of process and position, so a repeat writes the same content to the same place.
    """

    action_type = "file_export"

    def __init__(self, blobs: BlobStore) -> None:
        self._blobs = blobs

    async def carry_out(self, action: ClaimedAction, result: JsonObject) -> Effect:
        written_as = action.target_config.get("format", "json")
        key = f"{_folder(action)}/{action.position}-{_name(action)}.{written_as}"
        content = _content(written_as, action, result)
        await self._blobs.put(key, content)
        return Effect({"key": key, "size_bytes": len(content), "format": written_as})


def _folder(action: ClaimedAction) -> str:
    return f"{action.client_id}/exports/{action.created_at:%Y-%m}/{action.process_id}"


def _content(written_as: object, action: ClaimedAction, result: JsonObject) -> bytes:
    match written_as:
        case "json":
            whole = {
                "process_id": str(action.process_id),
                "process_type_id": action.process_type_id,
                "external_id": action.external_id,
                **result,
            }
            return json.dumps(whole, ensure_ascii=False, sort_keys=True).encode()
        case "csv":
            return result_csv(result).encode()
        case _:
            raise PermanentError("the format of an export is json or csv", code="action_invalid")


def _name(action: ClaimedAction) -> str:
    parts = {
        "process_id": str(action.process_id),
        "external_id": action.external_id,
        "process_type_id": action.process_type_id,
        "date": f"{action.created_at:%Y-%m-%d}",
    }
    try:
        return safe_file_name(str(action.target_config.get("file_name") or _DEFAULT_NAME), parts)
    except ValueError as error:
        raise PermanentError(str(error), code="action_invalid") from error
