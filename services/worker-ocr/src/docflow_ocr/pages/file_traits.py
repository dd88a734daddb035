"""What a file tells of how it was made: its program, marks of editing by hand, picture editors."""

import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import pikepdf
from docflow.domain.fraud_weights import flag
from docflow.domain.reading import FraudFlag
from pikepdf import Dictionary, Name
from PIL import Image, UnidentifiedImageError

MAX_PAGES = 10
MAX_STREAM_BYTES = 2 * 1024 * 1024
MAX_OPENED_BYTES = 8 * 1024 * 1024
MAX_NAME = 80
#: Acrobat marks text that was edited by hand.
_TOUCHED = b"TouchUp_TextEdit"
_EDITORS = re.compile(
    r"photoshop|gimp|paint\.net|pixelmator|affinity photo|snapseed|picsart|photopea|lightroom", re.IGNORECASE
)
_VERSION = re.compile(r"[\d./_-]*\d[\w./-]*")
_SOFTWARE = 0x0131


@dataclass(frozen=True, slots=True)
class Made:
    """`producer`: the program's name without version; None where the file does not say."""

    producer: str | None = None
    flags: tuple[FraudFlag, ...] = ()


def made_of_pdf(data: bytes) -> Made:
    """Nothing for a PDF that cannot be looked into this way."""
    try:
        with pikepdf.open(io.BytesIO(data), suppress_warnings=True) as opened:
            info = opened.docinfo
            producer, creator = _name(info, Name.Producer), _name(info, Name.Creator)
            flags = list(_editor(f"{producer} {creator}"))
            touched = list(_touched(opened))
    # Damaged in a way that pdfium reads all the same.
    except (pikepdf.PdfError, ValueError, TypeError, AttributeError, KeyError, RecursionError, RuntimeError):
        return Made()
    if touched:
        told = "text of the file was edited by hand in Acrobat"
        flags.append(flag("touched_up", told, {"pages": touched}))
    return Made(without_version(producer) or None, tuple(flags))


def made_of_image(data: bytes) -> Made:
    try:
        with Image.open(io.BytesIO(data)) as opened:
            software = str(opened.getexif().get(_SOFTWARE, ""))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, TypeError, KeyError):
        return Made()
    return Made(None, tuple(_editor(software)))


def without_version(name: str) -> str:
    """ "iText 5.5.13 (AGPL)" and "iText 5.5.10" are one program."""
    plain = _VERSION.sub(" ", name.partition("(")[0].partition(";")[0])
    return " ".join(plain.split()).casefold()[:MAX_NAME]


def _editor(names: str) -> Iterator[FraudFlag]:
    found = _EDITORS.search(names)
    if found:
        told = "the file was made with a picture editor"
        yield flag("image_editor", told, {"program": found[0].casefold()})


def _name(info: object, key: Name) -> str:
    value = info.get(key) if isinstance(info, Dictionary) else None
    return str(value)[:500] if value is not None else ""


def _touched(opened: pikepdf.Pdf) -> Iterator[int]:
    for number, page in enumerate(opened.pages, 1):
        if number > MAX_PAGES:
            return
        if any(_TOUCHED in content for content in _contents(page.obj)):
            yield number


def _contents(page: pikepdf.Object) -> Iterator[bytes]:
    """What draws a page, opened within bounds; what is packed otherwise than usual is left alone."""
    streams = page.get(Name.Contents)
    for stream in [streams] if isinstance(streams, pikepdf.Stream) else list(streams or ())[:20]:
        if not isinstance(stream, pikepdf.Stream):
            continue
        raw = stream.read_raw_bytes()
        if len(raw) > MAX_STREAM_BYTES:
            continue
        kind = stream.get(Name.Filter)
        if kind is None:
            yield raw
        elif kind == Name.FlateDecode or (
            isinstance(kind, pikepdf.Array) and list(kind) == [Name.FlateDecode]
        ):
            try:
                yield zlib.decompressobj().decompress(raw, MAX_OPENED_BYTES)
            except zlib.error:
                continue
