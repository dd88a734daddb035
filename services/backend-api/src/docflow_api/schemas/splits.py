from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from docflow_api.schemas.base import Schema


class DocumentCuts(Schema):
    """`cuts` are the pages (2 or more, ascending) on which another document begins; none = the file is one document."""

    model_config = ConfigDict(extra="forbid")

    document_id: UUID
    cuts: list[int] = Field(max_length=5000)


class SplitIn(Schema):
    """Files that are not named stay whole. Where anything is cut, every file becomes a process of its own."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"documents": [{"document_id": "01900000-0000-7000-8000-000000000005", "cuts": [4, 7]}]},
                {"documents": [], "reason": "one invoice with its annex"},
            ]
        },
    )

    documents: list[DocumentCuts] = Field(max_length=1000)
    reason: str = Field(default="", max_length=2000)

    @model_validator(mode="after")
    def _each_once(self) -> "SplitIn":
        if len({one.document_id for one in self.documents}) != len(self.documents):
            raise ValueError("each document once")
        return self


class ProposedCut(Schema):
    """Another document seems to begin on `page`; `score` is 0..1."""

    page: int
    score: float


class ProposedCuts(Schema):
    document_id: UUID
    cuts: list[ProposedCut]
