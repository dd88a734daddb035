"""What a file is, by its first bytes and never by its name."""

from docflow.domain.errors import UnsupportedMedia, UserError

PDF = "application/pdf"
PNG = "image/png"
JPEG = "image/jpeg"
TIFF = "image/tiff"
WEBP = "image/webp"
XML = "application/xml"
TEXT = "text/plain"

IMAGES = frozenset({PNG, JPEG, TIFF, WEBP})
SUPPORTED = IMAGES | {PDF, XML, TEXT}

#: How many bytes of a file `sniff` wants to see; the PDF header may stand anywhere in the first 1024.
HEAD_BYTES = 4096

_BY_EXTENSION = {
    "pdf": PDF, "png": PNG, "jpg": JPEG, "jpeg": JPEG, "jpe": JPEG, "jfif": JPEG, "tif": TIFF, "tiff": TIFF,
    "webp": WEBP, "xml": XML, "txt": TEXT, "text": TEXT,
}  # fmt: skip
_TEXT_CONTROLS = frozenset(range(0x20)) - {0x09, 0x0A, 0x0C, 0x0D}


def sniff(head: bytes, file_name: str = "", declared: str = "") -> str:
    """The MIME type of a file that starts with `head` (its first HEAD_BYTES).

    A name or declared type is used to refuse only: where it claims another supported type than the bytes show, the
    file is not what somebody was told. Raises UserError `file_empty`, UnsupportedMedia `file_unsupported` or
    `file_type_mismatch`.
    """
    if not head:
        raise UserError("the file is empty", code="file_empty")
    found = _by_content(head)
    claims = {_BY_EXTENSION.get(_extension(file_name)), _plain_type(declared)} - {None}
    if found is None and claims:
        raise UnsupportedMedia("the file is not what its name or type says", code="file_type_mismatch")
    if found is None:
        raise UnsupportedMedia(
            "PDF, PNG, JPEG, TIFF, WebP, XML and plain text are read", code="file_unsupported"
        )
    if any(claim != found for claim in claims if not (claim == TEXT and found == XML)):
        raise UnsupportedMedia(
            f"the file holds {found}, not what its name or type says", code="file_type_mismatch"
        )
    return found


def _by_content(head: bytes) -> str | None:
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head[:4] in (b"II*\x00", b"MM\x00*"):
        return TIFF
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if b"%PDF-" in head[:1024]:
        return PDF
    return _by_text(head)


def _by_text(head: bytes) -> str | None:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = head[: len(head) // 2 * 2].decode("utf-16", "replace")
    elif any(byte in _TEXT_CONTROLS for byte in head):
        return None
    else:
        text = head.decode("utf-8-sig", "replace")
    start = text.lstrip("\ufeff \t\r\n")[:200].casefold()
    if start.startswith(("<!doctype html", "<html", "<script", "<svg")):
        return None
    if start.startswith("<?xml") or (start.startswith("<") and ">" in text):
        return XML
    return TEXT if start and not start.startswith(("{\\rtf", "#!", "mz", "gif8", "%!ps")) else None


def _extension(file_name: str) -> str:
    return file_name.rpartition(".")[2].strip().lower() if "." in file_name else ""


def _plain_type(declared: str) -> str | None:
    """A declared type that says something: browsers and bots send octet-stream for whatever they don't know."""
    mime = declared.partition(";")[0].strip().lower()
    mime = {"text/xml": XML, "image/jpg": JPEG, "application/x-pdf": PDF}.get(mime, mime)
    return mime if mime in SUPPORTED else None
