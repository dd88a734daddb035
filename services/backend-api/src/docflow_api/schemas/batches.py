from typing import ClassVar

from pydantic import ConfigDict, Field

from docflow_api.schemas.base import Schema
from docflow_api.schemas.problem import ProblemPlace
from docflow_api.schemas.processes import ProcessIn, ProcessOut, SentDocument


class PackedDocument(SentDocument):
    """As in a JSON body, or `file`: the name of a file in the same ZIP."""

    file: str | None = Field(default=None, max_length=1024)
    source_names: ClassVar[tuple[str, ...]] = (*SentDocument.source_names, "file")


class PackedProcessIn(ProcessIn):
    documents: list[PackedDocument] = Field(min_length=1)  # type: ignore[assignment]


class BatchManifest(Schema):
    """`manifest.json` of a ZIP: each process as the body of `POST /v1/processes`."""

    model_config = ConfigDict(extra="forbid")

    processes: list[dict[str, object]] = Field(min_length=1)


class BatchError(Schema):
    code: str
    message: str
    errors: list[ProblemPlace]


class BatchItem(Schema):
    """What became of one process: `status` is what POST /v1/processes would have answered."""

    index: int
    status: int
    process: ProcessOut | None = None
    error: BatchError | None = None


class BatchOut(Schema):
    data: list[BatchItem]
