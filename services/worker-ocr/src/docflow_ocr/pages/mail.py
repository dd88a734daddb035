"""Mails: who wrote what when, the body's text, and the files that came with it."""

import email
import email.policy
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import MessageError
from email.message import EmailMessage, MIMEPart
from email.utils import parseaddr, parsedate_to_datetime

from docflow.domain import file_types
from docflow.domain.errors import PermanentError
from docflow.domain.json_types import clean_text

from docflow_ocr.pages import html
from docflow_ocr.pages.laid_out import Block, Table, WrittenFile
from docflow_ocr.pages.plain_text import MAX_CHARACTERS

MAX_PARTS = 500
#: A part may hold parts; deeper than this is no letter.
MAX_NESTING = 20
MAX_HEADER_CHARACTERS = 998
MAX_NAME_CHARACTERS = 120
#: Smaller pictures that stand in the text are logos and signatures.
SIGNATURE_BYTES = 10_000
#: What mail programs add for each other.
_NOISE = frozenset(
    {
        "application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature", "application/ms-tnef",
        "text/calendar", "text/vcard", "text/x-vcard", "application/pgp-keys", "message/delivery-status",
    }
)  # fmt: skip
_ENDINGS = {
    file_types.PDF: ".pdf", file_types.PNG: ".png", file_types.JPEG: ".jpg", file_types.TIFF: ".tif",
    file_types.EML: ".eml", file_types.HTML: ".html", file_types.TEXT: ".txt",
}  # fmt: skip
_SHOWN_HEADERS = ("From", "To", "Cc", "Date", "Subject")


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """`number` is its place among the mail's attachments, the same at every look."""

    number: int
    file_name: str
    data: bytes
    sha256: str


@dataclass(frozen=True, slots=True)
class Mail:
    """`headers` has those of from, subject, date (ISO, UTC where the mail says so) and message_id that the mail has."""

    headers: dict[str, str]
    attached: tuple[AttachedFile, ...]


def unpacked(data: bytes, most_files: int, most_bytes: int) -> Mail:
    """The mail's headers and its attachments, an identical one once.

    Raises PermanentError `file_corrupt`, `file_unsafe` (nested too deep, too many parts) or
    `expansion_limit`.
    """
    message = _parsed(data)
    found: dict[str, AttachedFile] = {}
    held = 0
    for number, part in enumerate(_attachments(message), 1):
        content = _bytes_of(part)
        if not content or _is_signature(part, content):
            continue
        held += len(content)
        if held > most_bytes:
            raise PermanentError("the attachments are larger than allowed", code="expansion_limit")
        sha256 = hashlib.sha256(content).hexdigest()
        found.setdefault(sha256, AttachedFile(number, _name(part, number), content, sha256))
        if len(found) > most_files:
            raise PermanentError(f"the mail has more than {most_files} attachments", code="expansion_limit")
    return Mail(_headers(message), tuple(found.values()))


def opened(data: bytes) -> WrittenFile:
    """The mail's own text: a head like a printed mail's, then its plain body, else what its HTML shows."""
    message = _parsed(data)
    head = [[f"{name}:", shown] for name in _SHOWN_HEADERS if (shown := _header(message, name))]
    body = message.get_body(("plain", "html"))
    written = WrittenFile() if body is None else _body(body)
    blocks: list[Block] = [Table(head), "", *written.blocks]
    # Newsletters hide a line for the list of mails; as it is not read either, it deceives nobody.
    return WrittenFile(blocks, actions=written.actions)


def _parsed(data: bytes) -> EmailMessage:
    try:
        message = email.message_from_bytes(data, policy=email.policy.default)
    except (MessageError, ValueError, RecursionError):
        raise PermanentError("the mail is damaged", code="file_corrupt") from None
    _refuse_nesting(message)
    return message


def _refuse_nesting(message: EmailMessage) -> None:
    waiting: list[tuple[EmailMessage | MIMEPart, int]] = [(message, 0)]
    count = 0
    while waiting:
        part, depth = waiting.pop()
        count += 1
        if depth > MAX_NESTING or count > MAX_PARTS:
            raise PermanentError("the mail has too many parts", code="file_unsafe")
        if part.is_multipart():
            waiting += [
                (each, depth + 1) for each in part.iter_parts() if isinstance(each, EmailMessage | MIMEPart)
            ]


def _attachments(message: EmailMessage | MIMEPart) -> Iterator[MIMEPart]:
    """Parts that are files: all but the bodies and what only holds other parts. An attached mail stays whole."""
    body = message.get_body(("plain", "html")) if isinstance(message, EmailMessage) else None
    for part in _leaves(message):
        kind = part.get_content_type()
        written = kind in ("text/plain", "text/html") and not part.is_attachment() and not part.get_filename()
        if part is not body and kind not in _NOISE and not written:
            yield part


def _leaves(part: EmailMessage | MIMEPart) -> Iterator[MIMEPart]:
    if part.get_content_maintype() == "multipart" and part.is_multipart():
        for each in part.iter_parts():
            if isinstance(each, EmailMessage | MIMEPart):
                yield from _leaves(each)
    else:
        yield part


def _bytes_of(part: MIMEPart) -> bytes:
    if part.get_content_type() == "message/rfc822":
        inner = part.get_payload()
        one = inner[0] if isinstance(inner, list) and inner else None
        try:
            return one.as_bytes() if isinstance(one, EmailMessage) else b""
        except (MessageError, ValueError, LookupError, TypeError, AttributeError):
            raise PermanentError("the mail holds a damaged one", code="file_corrupt") from None
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _is_signature(part: MIMEPart, content: bytes) -> bool:
    in_text = part.get("Content-ID") is not None or part.get_content_disposition() == "inline"
    return in_text and part.get_content_maintype() == "image" and len(content) < SIGNATURE_BYTES


def _name(part: MIMEPart, number: int) -> str:
    """The attachment's own name without a path or signs that play tricks; one made up where it has none."""
    try:
        given = str(part.get_filename() or "")
    except (ValueError, LookupError):
        given = ""
    plain = re.sub(r"[^\w .,()&+@-]+", "_", clean_text(given).replace("\\", "/").rpartition("/")[2]).strip(
        " ._"
    )
    if plain:
        stem, dot, ending = plain.rpartition(".")
        return (
            plain
            if len(plain) <= MAX_NAME_CHARACTERS
            else f"{stem[: MAX_NAME_CHARACTERS - 12]}{dot}{ending[:10]}"
        )
    return f"attachment-{number}{_ENDINGS.get(part.get_content_type(), '')}"


def _headers(message: EmailMessage) -> dict[str, str]:
    found = {
        "from": parseaddr(_header(message, "From"))[1] or _header(message, "From"),
        "subject": _header(message, "Subject"),
        "date": _moment(_header(message, "Date")),
        "message_id": _header(message, "Message-ID"),
    }
    return {name: value for name, value in found.items() if value}


def _header(message: EmailMessage, name: str) -> str:
    try:
        value = str(message.get(name) or "")
    # What the header's own grammar cannot digest.
    except (ValueError, LookupError, IndexError, AttributeError, TypeError, OverflowError):
        return ""
    return " ".join(clean_text(value).split())[:MAX_HEADER_CHARACTERS]


def _moment(value: str) -> str:
    try:
        return parsedate_to_datetime(value).isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return ""


def _body(part: MIMEPart) -> WrittenFile:
    content = part.get_payload(decode=True)
    charset = part.get_content_charset("utf-8")
    data = content if isinstance(content, bytes) else b""
    try:
        text = data.decode(charset, "replace")
    except (LookupError, ValueError):
        # No encoding of text: unknown, or one for names of hosts or with a character that no name has.
        text = data.decode("latin-1")
    if len(text) > MAX_CHARACTERS:
        raise PermanentError("the text is too long", code="expansion_limit")
    if part.get_content_type() == "text/html":
        return html.opened_text(clean_text(text))
    return WrittenFile(blocks=[line.expandtabs(8) for line in clean_text(text).splitlines()])
