import io
import struct
import zipfile

import pytest
from docflow.domain.errors import DocflowError
from docflow_api.packages import Package


def packed(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", method) as package:
        for name, data in files.items():
            package.writestr(name, data)
    return written.getvalue()


def opened(data: bytes, *, unpacked: int = 10_000, file_bytes: int = 1000) -> Package:
    return Package(io.BytesIO(data), unpacked_bytes=unpacked, file_bytes=file_bytes)


def refused(data: bytes) -> str:
    with pytest.raises(DocflowError) as error:
        opened(data).manifest()
    return error.value.code


def test_files_are_read_by_their_names() -> None:
    package = opened(packed({"manifest.json": b"{}", "a/b.pdf": b"x"}))
    assert (package.manifest(), package.read("a/b.pdf")) == (b"{}", b"x")


@pytest.mark.parametrize(
    "name", ["../a.pdf", "/etc/passwd", "a/../b.pdf", "a\\b.pdf", "C:/a.pdf", "a//b.pdf", "./a.pdf"]
)
def test_a_name_that_leads_elsewhere_is_refused(name: str) -> None:
    assert refused(packed({"manifest.json": b"{}", name: b"x"})) == "file_unsafe"


def test_only_plain_deflate_is_unpacked() -> None:
    assert refused(packed({"manifest.json": b"{}"}, zipfile.ZIP_LZMA)) == "file_unsafe"
    assert refused(packed({"manifest.json": b"{}"}, zipfile.ZIP_BZIP2)) == "file_unsafe"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_name_are_refused() -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as package:
        package.writestr("manifest.json", b"{}")
        package.writestr("manifest.json", b"[]")
    assert refused(written.getvalue()) == "file_unsafe"


def test_an_encrypted_file_is_refused() -> None:
    data = bytearray(packed({"manifest.json": b"{}"}))
    entry = data.rindex(b"PK\x01\x02")
    data[entry + 8] |= 1
    assert refused(bytes(data)) == "file_unsafe"


def test_a_bomb_is_read_no_further_than_a_file_may_be_long() -> None:
    package = opened(packed({"bomb.pdf": bytes(50_000_000)}))
    assert len(package.read("bomb.pdf")) == 1001


def test_many_small_bombs_meet_the_limit_of_the_whole() -> None:
    package = opened(packed({f"{n}.pdf": bytes(50_000) for n in range(12)}), unpacked=10_000)
    with pytest.raises(DocflowError) as error:
        for number in range(12):
            package.read(f"{number}.pdf")
    assert error.value.code == "expansion_limit"


def test_a_list_of_entries_that_says_it_is_huge_is_not_read() -> None:
    data = bytearray(packed({"manifest.json": b"{}"}))
    end = data.rindex(b"PK\x05\x06")
    data[end + 12 : end + 16] = struct.pack("<L", 2**30)
    assert refused(bytes(data)) == "expansion_limit"


def test_what_is_no_zip_or_broken_inside_is_malformed() -> None:
    assert refused(b"") == "malformed_request"
    assert refused(b"%PDF-1.7") == "malformed_request"
    data = bytearray(packed({"manifest.json": b"{}" * 500}))
    data[45:50] = b"\xff" * 5
    assert refused(bytes(data)) == "malformed_request"


def test_without_a_manifest_there_is_no_batch() -> None:
    assert refused(packed({"a.pdf": b"x"})) == "malformed_request"
