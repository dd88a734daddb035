"""Parts of a stack, and processes that were split from one."""

from uuid import UUID

from docflow.domain.splitting import ChildState, Part
from docflow.domain.stages import ProcessStatus

STACK = UUID(int=9)


def parts(count: int) -> tuple[Part, ...]:
    return tuple(
        Part(
            process_id=UUID(int=100 + at),
            document_id=UUID(int=200 + at),
            cut_from=STACK,
            first=at + 1,
            last=at + 1,
            file_name=f"stack (page {at + 1}).pdf",
            file_size=9,
            mime_type="application/pdf",
            sha256="0" * 64,
            blob_key=f"c/2026-11/p/d.cuts/r/{at + 1:06}-{at + 1:06}",
            storage_url="memory:///",
            storage_provider="local",
        )
        for at in range(count)
    )


def ended(*statuses: str) -> tuple[ChildState, ...]:
    return tuple(
        ChildState(UUID(int=100 + at), ProcessStatus(status), "simple_invoice")
        for at, status in enumerate(statuses)
    )
