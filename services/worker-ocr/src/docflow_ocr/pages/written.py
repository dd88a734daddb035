"""Files without pages of their own: opened, and laid out as pages of words."""

from docflow.domain import file_types, fraud
from docflow.domain.fraud_weights import flag
from docflow.domain.reading import FraudFlag, Page

from docflow_ocr.pages.laid_out import WrittenFile, pages_of
from docflow_ocr.pages.plain_text import laid_out_page


def opened(data: bytes, mime_type: str) -> WrittenFile:
    """Raises PermanentError `file_corrupt`, `file_unsafe`, `file_unsupported` or `expansion_limit`."""
    if mime_type == file_types.DOCX:
        from docflow_ocr.pages import docx

        return docx.opened(data)
    if mime_type == file_types.XLSX:
        from docflow_ocr.pages import xlsx

        return xlsx.opened(data)
    if mime_type == file_types.HTML:
        from docflow_ocr.pages import html

        return html.opened(data)
    if mime_type == file_types.EML:
        from docflow_ocr.pages import mail

        return mail.opened(data)
    from docflow_ocr.pages import separated

    return separated.opened(data)


def pages(written: WrittenFile) -> list[Page]:
    return [laid_out_page(number, lines) for number, lines in enumerate(pages_of(written.blocks), 1)]


def signals(written: WrittenFile) -> tuple[FraudFlag, ...]:
    """Flags of what the file would do, and of what it says without showing it."""
    found = []
    if written.actions:
        # Templates and pictures are linked by many honest files; programs are in few.
        risky = bool(written.actions & {"macro", "program"})
        found.append(fraud.active_content(written.actions, starts_programs=risky))
    if any(_says_something(text) for text in written.unseen):
        told = "the file holds text that nobody can see on its page"
        found.append(flag("hidden_text", told, {"parts": len(written.unseen)}))
    return tuple(found)


def _says_something(text: str) -> bool:
    """Preview lines of newsletters hide a few words; figures are another matter."""
    return any(map(str.isdigit, text))
