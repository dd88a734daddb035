"""A ZIP of a batch: never unpacked to disk, read entry by entry within limits."""

import struct
import zipfile
import zlib
from collections.abc import Mapping
from typing import IO

from docflow.domain.errors import PayloadTooLarge, UserError

from docflow_api.errors import Malformed

MANIFEST = "manifest.json"
MANIFEST_BYTES = 8 * 1024 * 1024
MAX_DIRECTORY_BYTES = 1024 * 1024
"""Of the list of entries, which is read whole: some 10,000 names."""
_END = struct.Struct("<4s4H2LH")
_END_MARK = b"PK\x05\x06"
_LOCATOR = (b"PK\x06\x07", 20)
_LONGEST_COMMENT = 65_535


class Package:
    """Blocking: call from a thread. `unpacked_bytes` bounds all that is read from it, together.

    Raises Malformed for what is no ZIP, UserError `file_unsafe` for names that lead elsewhere, encrypted or doubled
    entries, and PayloadTooLarge `expansion_limit`.
    """

    def __init__(self, file: IO[bytes], *, unpacked_bytes: int, file_bytes: int) -> None:
        _check_directory(file)
        try:
            self._zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise Malformed("the body is not a ZIP") from error
        self._left = unpacked_bytes
        self._file_bytes = file_bytes
        self._entries = _entries(self._zip)

    def manifest(self) -> bytes:
        if MANIFEST not in self._entries:
            raise Malformed(f"the ZIP has no {MANIFEST}")
        return self._read(MANIFEST, MANIFEST_BYTES)

    def read(self, name: str) -> bytes:
        """The file of that name, at most one byte longer than a file may be. Raises UserError where there is none."""
        if name not in self._entries:
            raise UserError("the ZIP has no file of that name")
        return self._read(name, self._file_bytes + 1)

    def close(self) -> None:
        self._zip.close()

    def _read(self, name: str, limit: int) -> bytes:
        allowed = min(limit, self._left + 1)
        try:
            with self._zip.open(self._entries[name]) as entry:
                data = entry.read(allowed)
        except (
            zipfile.BadZipFile,
            zlib.error,
            OSError,
            EOFError,
            RuntimeError,
            NotImplementedError,
        ) as error:
            raise Malformed("a file in the ZIP cannot be read") from error
        self._left -= len(data)
        if self._left < 0:
            raise PayloadTooLarge("the ZIP holds more than may be unpacked", code="expansion_limit")
        return data


def _check_directory(file: IO[bytes]) -> None:
    """The library reads the whole list of entries into memory; it is looked at first how long that is."""
    file.seek(0, 2)
    size = file.tell()
    file.seek(max(0, size - _END.size - _LONGEST_COMMENT))
    tail = file.read()
    at = len(tail) - _END.size
    if not (at >= 0 and tail[at : at + 4] == _END_MARK and tail.endswith(b"\0\0")):
        at = tail.rfind(_END_MARK)
    if at < 0 or len(tail) - at < _END.size:
        raise Malformed("the body is not a ZIP")
    *_, directory_bytes, _, _ = _END.unpack_from(tail, at)
    mark, length = _LOCATOR
    if directory_bytes > MAX_DIRECTORY_BYTES or tail[max(0, at - length) : at].startswith(mark):
        raise PayloadTooLarge("the ZIP lists too many files", code="expansion_limit")
    file.seek(0)


def _entries(opened: zipfile.ZipFile) -> Mapping[str, zipfile.ZipInfo]:
    entries: dict[str, zipfile.ZipInfo] = {}
    for info in opened.infolist():
        if info.is_dir():
            continue
        if not _is_safe(info) or info.filename in entries:
            raise UserError(
                "the ZIP holds a file that is encrypted, packed unusually, doubled or leads elsewhere",
                code="file_unsafe",
            )
        entries[info.filename] = info
    return entries


def _is_safe(info: zipfile.ZipInfo) -> bool:
    """Only plain deflate: other methods may ask for gigabytes of memory before they give a byte."""
    parts = info.filename.split("/")
    plain_name = not (set("\\:\0") & set(info.filename) or {"", ".", ".."} & set(parts))
    usual = info.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    return plain_name and usual and not info.flag_bits & 1
