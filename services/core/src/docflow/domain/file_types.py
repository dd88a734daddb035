"""What a file is, by its bytes and never by its name."""

import csv
import re
from contextlib import suppress

from docflow.domain.errors import UnsupportedMedia, UserError

PDF = "application/pdf"
PNG = "image/png"
JPEG = "image/jpeg"
TIFF = "image/tiff"
WEBP = "image/webp"
XML = "application/xml"
TEXT = "text/plain"
CSV = "text/csv"
HTML = "text/html"
EML = "message/rfc822"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

IMAGES = frozenset({PNG, JPEG, TIFF, WEBP})
#: Files that are words without a page: their pages are laid out by the program that reads them.
WRITTEN = frozenset({TEXT, CSV, HTML, EML, DOCX, XLSX})
SUPPORTED = IMAGES | WRITTEN | {PDF, XML}

#: How many bytes of a file's start tell its type; the PDF header may stand anywhere in the first 1024.
HEAD_BYTES = 4096
#: An archive lists its members at its end.
TAIL_BYTES = 256 * 1024

_BY_EXTENSION = {
    "pdf": PDF, "png": PNG, "jpg": JPEG, "jpeg": JPEG, "jpe": JPEG, "jfif": JPEG, "tif": TIFF, "tiff": TIFF,
    "webp": WEBP, "xml": XML, "txt": TEXT, "text": TEXT, "csv": CSV, "tsv": CSV, "html": HTML, "htm": HTML, "xhtml": HTML,
    "eml": EML, "docx": DOCX, "docm": DOCX, "dotx": DOCX, "xlsx": XLSX, "xlsm": XLSX, "xltx": XLSX,
}  # fmt: skip
_SYNONYMS = {
    "text/xml": XML,
    "image/jpg": JPEG,
    "application/x-pdf": PDF,
    "application/xhtml+xml": HTML,
    "application/csv": CSV,
    "text/tab-separated-values": CSV,
    "application/vnd.ms-word.document.macroenabled.12": DOCX,
    "application/vnd.ms-excel.sheet.macroenabled.12": XLSX,
}
#: Whatever is written in plain characters may truthfully be called text.
_AS_TEXT = frozenset({TEXT, XML, CSV, EML})
_TEXT_CONTROLS = frozenset(range(0x20)) - {0x09, 0x0A, 0x0C, 0x0D}
_HTML = re.compile(r"<(?:!doctype html|html|head|body|table)\b")
_HEADER = re.compile(r"([A-Za-z][A-Za-z0-9-]*):[ \t]*\S?")
_MAIL = frozenset({"from", "to", "subject", "date", "cc", "reply-to", "sender", "delivered-to"})
#: Headers that programs write and people do not.
_MAIL_MACHINE = frozenset(
    {"message-id", "mime-version", "received", "return-path", "content-type", "dkim-signature", "x-mailer"}
)
_DELIMITERS = ",;\t|"
_ROWS_THAT_PROVE = 3


def sniff(data: bytes, file_name: str = "", declared: str = "") -> str:
    """The MIME type of a file. Reads its first HEAD_BYTES, and of an archive its list of members.

    A name or declared type is used to refuse only: where it claims another supported type than the bytes show, the
    file is not what somebody was told. Text is the exception: a name decides whether its rows are a table. Raises
    UserError `file_empty`, UnsupportedMedia `file_unsupported` or `file_type_mismatch`.
    """
    if not data:
        raise UserError("the file is empty", code="file_empty")
    claims = {_BY_EXTENSION.get(_extension(file_name)), _plain_type(declared)} - {None}
    found = _by_content(data, {claim for claim in claims if claim})
    if found is None and claims:
        raise UnsupportedMedia("the file is not what its name or type says", code="file_type_mismatch")
    if found is None:
        raise UnsupportedMedia(
            "PDF, PNG, JPEG, TIFF, WebP, DOCX, XLSX, CSV, HTML, EML, XML and plain text are read",
            code="file_unsupported",
        )
    if any(claim != found for claim in claims if not (claim == TEXT and found in _AS_TEXT)):
        raise UnsupportedMedia(
            f"the file holds {found}, not what its name or type says", code="file_type_mismatch"
        )
    return found


def _by_content(data: bytes, claims: set[str]) -> str | None:
    head = data[:HEAD_BYTES]
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head[:4] in (b"II*\x00", b"MM\x00*"):
        return TIFF
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head.startswith(b"PK\x03\x04"):
        return _office(head, data[-TAIL_BYTES:])
    if _looks_like_mail(head, named=EML in claims):
        return EML
    if b"%PDF-" in head[:1024]:
        return PDF
    found = _by_text(head)
    return _text_or_table(head, claims) if found == TEXT else found


def _office(head: bytes, tail: bytes) -> str | None:
    """By the names of the archive's members, which stand before each and in a list at the end."""
    if b"[Content_Types].xml" not in tail and b"[Content_Types].xml" not in head:
        return None
    return DOCX if b"word/" in tail else XLSX if b"xl/" in tail else None


def _by_text(head: bytes) -> str | None:
    text = _decoded(head)
    if text is None:
        return None
    start = text.lstrip("\ufeff \t\r\n")[:1000].casefold()
    if _HTML.match(start) or (start.startswith(("<?xml", "<!--")) and "<html" in start):
        return HTML
    if start.startswith(("<script", "<svg")):
        return None
    if start.startswith("<?xml") or (start.startswith("<") and ">" in text):
        return XML
    return TEXT if start and not start.startswith(("{\\rtf", "#!", "mz", "gif8", "%!ps")) else None


def _decoded(head: bytes) -> str | None:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head[: len(head) // 2 * 2].decode("utf-16", "replace")
    if any(byte in _TEXT_CONTROLS for byte in head):
        return None
    return head.decode("utf-8-sig", "replace")


def _looks_like_mail(head: bytes, *, named: bool) -> bool:
    """A block of headers with a sender; without a name that says so, one that a mail program wrote."""
    names: set[str] = set()
    for line in re.split(r"\r?\n", head.decode("latin-1").removeprefix("ï»¿")):
        if not line:
            break
        if line.startswith((" ", "\t")) and names:
            continue
        header = _HEADER.match(line)
        if header is None:
            if names or not line.startswith("From "):
                break
            continue
        names.add(header[1].lower())
    known = names & (_MAIL | _MAIL_MACHINE)
    return "from" in names and len(known) >= (2 if named else 3) and (named or bool(names & _MAIL_MACHINE))


def _text_or_table(head: bytes, claims: set[str]) -> str:
    if claims & {CSV, TEXT}:
        return CSV if CSV in claims else TEXT
    rows = (_decoded(head) or "").splitlines()
    whole = rows[:-1] if len(head) == HEAD_BYTES else rows
    return CSV if len(whole) >= _ROWS_THAT_PROVE and delimiter_of(whole) else TEXT


def delimiter_of(lines: list[str]) -> str | None:
    """The sign that parts every line into the same number of cells, two at least; None where there is none."""
    filled = [line for line in lines if line.strip()]
    for delimiter in _DELIMITERS:
        with suppress(csv.Error):
            widths = {len(row) for row in csv.reader(filled, delimiter=delimiter)}
            if len(widths) == 1 and min(widths) >= 2:
                return delimiter
    return None


def _extension(file_name: str) -> str:
    return file_name.rpartition(".")[2].strip().lower() if "." in file_name else ""


def _plain_type(declared: str) -> str | None:
    """A declared type that says something: browsers and bots send octet-stream for whatever they don't know."""
    mime = declared.partition(";")[0].strip().lower()
    mime = _SYNONYMS.get(mime, mime)
    return mime if mime in SUPPORTED else None
