"""Office files are archives of XML parts: opened with limits, each part parsed as XML from a stranger."""

import io
import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from docflow.domain.errors import PermanentError

from docflow_ocr.e_invoice import safe_xml
from docflow_ocr.e_invoice.nodes import Node

MAX_MEMBERS = 5000
#: What all members unpack to; an honest workbook of 100,000 rows takes 40 MB.
MAX_UNPACKED_BYTES = 100 * 1024 * 1024
_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
#: Outside addresses that are fetched when the file is opened; a hyperlink waits for a click.
_WAITS = ("/hyperlink",)


class Archive:
    """The members of one office file by name. Nothing is written anywhere and no member is opened as an archive."""

    def __init__(self, opened: zipfile.ZipFile) -> None:
        self._zip = opened
        self.names = frozenset(opened.namelist())

    def read(self, name: str) -> bytes:
        """Raises PermanentError `expansion_limit` where a member is larger than it says."""
        with self._zip.open(name) as member:
            data = member.read(MAX_UNPACKED_BYTES + 1)
        if len(data) > MAX_UNPACKED_BYTES:
            raise _too_much()
        return data

    def xml(self, name: str) -> Node | None:
        """The root of a part without its namespaces; None where there is no such part."""
        if name not in self.names:
            return None
        return safe_xml.without_namespaces(safe_xml.parse(self.read(name)))

    def related(self, part: str) -> dict[str, str]:
        """Where the ids of a part's relationships point inside the archive."""
        folder, name = posixpath.split(part)
        return {
            str(one.get("Id")): posixpath.normpath(posixpath.join(folder, target)).lstrip("/")
            if not (target := str(one.get("Target", ""))).startswith("/")
            else target.lstrip("/")
            for one in self._relations(f"{folder}/_rels/{name}.rels")
            if one.get("TargetMode") != "External"
        }

    def actions(self) -> set[str]:
        """What would run or be fetched when the file is opened."""
        found = {"macro"} if any(name.lower().endswith("vbaproject.bin") for name in self.names) else set()
        if any("/embeddings/" in name or "/activex/" in name.lower() for name in self.names):
            found.add("embedded")
        for name in sorted(self.names):
            if name.endswith(".rels") and any(map(_fetches, self._relations(name))):
                found.add("external")
        return found

    def _relations(self, name: str) -> Iterator[Node]:
        if name in self.names:
            yield from safe_xml.parse(self.read(name)).iter(_RELATION)


@contextmanager
def opened_archive(data: bytes) -> Iterator[Archive]:
    """Raises PermanentError `file_corrupt`, `file_encrypted` or `expansion_limit`."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            members = opened.infolist()
            if len(members) > MAX_MEMBERS or sum(one.file_size for one in members) > MAX_UNPACKED_BYTES:
                raise _too_much()
            if any(one.flag_bits & 1 for one in members):
                raise PermanentError("the file is protected by a password", code="file_encrypted")
            yield Archive(opened)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, KeyError, ValueError):
        raise PermanentError("the file is damaged", code="file_corrupt") from None


def _fetches(relation: Node) -> bool:
    return relation.get("TargetMode") == "External" and not str(relation.get("Type", "")).endswith(_WAITS)


def _too_much() -> PermanentError:
    return PermanentError("the file unpacks to more than is allowed", code="expansion_limit")
