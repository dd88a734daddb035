"""Large files: announced, sent over a link of their own, then named in POST /v1/processes."""

import asyncio
import base64
import hashlib
import re
from typing import Annotated, Any
from uuid import UUID

from docflow.domain.access import Scope
from docflow.domain.errors import PayloadTooLarge, UserError
from docflow.domain.file_types import sniff
from docflow.features.submissions.door import check_file_name
from docflow.features.uploads.links import UploadLink
from docflow.features.uploads.service import AskedUpload
from fastapi import APIRouter, Header, Query, Request, Response

from docflow_api.deps import TheCaller, TheGateway, body_spec, needs, parsed, read_json
from docflow_api.received import file_too_large
from docflow_api.repeats import TheKey, keyed_request
from docflow_api.schemas.problem import problems
from docflow_api.schemas.uploads import UploadIn, UploadOut
from docflow_api.spool import spooled

router = APIRouter(prefix="/v1/uploads", tags=["uploads"])

_SHA256 = re.compile(r"(?:^|,)\s*sha-256=:([A-Za-z0-9+/]{43}=):")
_FILE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/octet-stream": {
                "schema": {"type": "string", "format": "binary"},
                "example": "%PDF-1.7 ...",
            }
        },
    }
}


@router.post(
    "",
    operation_id="create_upload",
    status_code=201,
    responses=problems(400, 409, 413, 415, 422),
    dependencies=[needs(Scope.PROCESSES_WRITE)],
    openapi_extra=body_spec(UploadIn),
)
async def create_upload(
    *,
    request: Request,
    response: Response,
    caller: TheCaller,
    gateway: TheGateway,
    idempotency_key: TheKey = None,
) -> UploadOut:
    """A link to send one file to. The file then waits a day for the process that names its `upload_id`."""
    given = parsed(UploadIn, await read_json(request))
    check_file_name(given.file_name, "/file_name")
    limits = gateway.container.settings.limits
    if given.file_size > limits.file_bytes:
        raise file_too_large(limits, "/file_size")
    keyed = keyed_request(gateway, request, caller.client, given, idempotency_key)
    asked = AskedUpload(given.file_name, given.mime_type, given.file_size)
    ticket = await gateway.uploads.announce(caller.client, caller.name, asked, keyed=keyed)
    if ticket.replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return UploadOut(
        upload_id=ticket.upload_id,
        url=ticket.url,
        method=ticket.method,
        headers=dict(ticket.headers),
        expires_at=ticket.expires_at,
    )


@router.put(
    "/{upload_id}/content",
    operation_id="send_upload",
    status_code=204,
    response_class=Response,
    responses=problems(404, 409, 413, 415, 422, 507),
    openapi_extra=_FILE,
)
async def send_upload(
    *,
    request: Request,
    upload_id: UUID,
    gateway: TheGateway,
    client: Annotated[UUID, Query()],
    expires: Annotated[int, Query(ge=0, le=253_402_300_799)],
    signature: Annotated[str, Query(max_length=100)],
    content_digest: Annotated[str | None, Header(description="`sha-256=:<base64>:` (RFC 9530)")] = None,
) -> Response:
    """The file itself, over the signed link that `POST /v1/uploads` gave. The link is the only key that is asked for."""
    upload = await gateway.uploads.admit(UploadLink(client, upload_id, expires), signature)
    async with spooled(request, upload.file_size, lambda: _longer(upload.file_size)) as body:
        data = await body.file.read()
        if content_digest is not None and not await asyncio.to_thread(_agrees, content_digest, data):
            raise UserError("the file does not have the digest that was sent", code="digest_mismatch")
        if body.size_bytes != upload.file_size:
            raise UserError("the file has another size than was announced", code="upload_incomplete")
        sniff(data, upload.file_name, upload.mime_type)
        await gateway.uploads.receive(upload, data)
    return Response(status_code=204)


def _longer(announced: int) -> PayloadTooLarge:
    return PayloadTooLarge(f"the file is larger than the {announced} bytes announced", code="file_too_large")


def _agrees(header: str, data: bytes) -> bool:
    """Digests of other kinds are not looked at."""
    given = _SHA256.search(header)
    return given is None or base64.b64decode(given[1]) == hashlib.sha256(data).digest()
