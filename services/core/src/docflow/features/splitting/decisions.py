"""Whether cuts that a reviewer asks for can be made."""

from collections.abc import Sequence
from uuid import UUID

from docflow.domain.errors import Problem, UserError
from docflow.domain.jobs import DocumentState
from docflow.domain.splitting import CUTTABLE, Cuts


def check_cuts(documents: Sequence[DocumentState], cuts: Cuts) -> bool:
    """Whether every file stays whole. `documents` are those of the process.

    Raises UserError: `document_unknown`, `page_unknown` (a cut before page 2 or behind the last one),
    `cuts_not_ascending`, or `file_not_cuttable` for a file without pages of its own or one that could not be read.
    """
    known = {document.document_id: document for document in documents}
    for place, (document_id, pages) in enumerate(cuts.items()):
        _check(known.get(document_id), document_id, pages, f"/documents/{place}")
    return not any(cuts.values())


def _check(document: DocumentState | None, document_id: UUID, pages: Sequence[int], at: str) -> None:
    if document is None:
        told = _at(f"{at}/document_id", f"the process has no document {document_id}")
        raise UserError("the process has no such document", code="document_unknown", problems=told)
    if not pages:
        return
    if document.mime_type not in CUTTABLE or document.error_code or document.page_count is None:
        told = _at(f"{at}/document_id", "has no pages to cut between")
        raise UserError("this file cannot be cut", code="file_not_cuttable", problems=told)
    for place, page in enumerate(pages):
        if not 2 <= page <= document.page_count:
            told = _at(f"{at}/cuts/{place}", f"is a page from 2 to {document.page_count}")
            raise UserError("a cut is at no page of the document", code="page_unknown", problems=told)
    if list(pages) != sorted(set(pages)):
        told = _at(f"{at}/cuts", "are ascending, each page once")
        raise UserError("the cuts are not in order", code="cuts_not_ascending", problems=told)


def _at(pointer: str, message: str) -> list[Problem]:
    return [Problem(pointer, message)]
