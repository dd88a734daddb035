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
        raise _refused("document_unknown", f"the process has no document {document_id}", f"{at}/document_id")
    if not pages:
        return
    if document.mime_type not in CUTTABLE or document.error_code or document.page_count is None:
        raise _refused("file_not_cuttable", "this file cannot be cut between pages", f"{at}/document_id")
    for place, page in enumerate(pages):
        if not 2 <= page <= document.page_count:
            raise _refused(
                "page_unknown", f"a cut is a page from 2 to {document.page_count}", f"{at}/cuts/{place}"
            )
    if list(pages) != sorted(set(pages)):
        raise _refused("cuts_not_ascending", "cuts are ascending, each page once", f"{at}/cuts")


def _refused(code: str, message: str, pointer: str) -> UserError:
    return UserError(message, code=code, problems=[Problem(pointer, message)])
