"""A file is what its bytes say; a name or type that claims otherwise is refused."""

import pytest
from docflow.domain.errors import UnsupportedMedia, UserError
from docflow.domain.file_types import sniff

PDF, PNG, XML = b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n", b"<?xml version='1.0'?><a/>"


@pytest.mark.parametrize(
    ("head", "mime"),
    [
        (PDF, "application/pdf"),
        (b"\n\n" + PDF, "application/pdf"),
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"II*\x00", "image/tiff"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (XML, "application/xml"),
        (b"\xef\xbb\xbf<Invoice>", "application/xml"),
        ("\ufeff<?xml version='1.0'?>".encode("utf-16-le"), "application/xml"),
        (b"Invoice 12\nTotal 3.00", "text/plain"),
        (b"Ink, black\nTotal, 3.00\nin words: three", "text/plain"),
        (b"<html><body>", "text/html"),
        (b"<!-- made --><HTML>", "text/html"),
        (b"<?xml version='1.0'?><html xmlns='x'>", "text/html"),
        (b"Received: by x\r\nFrom: a@b\r\nSubject: hi\r\n\r\n", "message/rfc822"),
        (b"From: Ann\nDate: today\nTo: Bob\n\nDear Bob", "text/plain"),
        (b"a;b\n1;2\n3;4\n", "text/csv"),
    ],
)
def test_the_type_comes_from_the_content(head: bytes, mime: str) -> None:
    assert sniff(head) == mime


@pytest.mark.parametrize(
    "head", [b"MZ\x90\x00", b"PK\x03\x04", b"GIF89a", b"<script>x()", b"<svg xmlns=''/>", b"\x00\x01"]
)
def test_other_content_is_unsupported(head: bytes) -> None:
    with pytest.raises(UnsupportedMedia) as caught:
        sniff(head, "file")
    assert caught.value.code == "file_unsupported"


@pytest.mark.parametrize(
    ("head", "name", "declared"),
    [
        (PNG, "a.pdf", ""),
        (PDF, "a.pdf", "image/png"),
        (b"MZ\x90\x00", "a.jpg", ""),
        (b"plain words", "a.pdf", ""),
    ],
)
def test_a_name_or_type_that_lies_is_refused(head: bytes, name: str, declared: str) -> None:
    with pytest.raises(UnsupportedMedia) as caught:
        sniff(head, name, declared)
    assert caught.value.code == "file_type_mismatch"


@pytest.mark.parametrize(
    ("name", "declared"),
    [("scan", "application/octet-stream"), ("a.PDF", "application/pdf; q=1"), ("a.bin", "")],
)
def test_a_name_that_says_nothing_is_no_lie(name: str, declared: str) -> None:
    assert sniff(PDF, name, declared) == "application/pdf"


def test_the_name_of_plain_text_says_whether_it_is_a_table() -> None:
    assert sniff(b"a;b\n1;2\n3;4\n", "a.txt") == "text/plain"
    assert sniff(b"one column\n", "a.csv") == "text/csv"


def test_an_empty_file_is_named_so() -> None:
    with pytest.raises(UserError) as caught:
        sniff(b"", "a.pdf")
    assert caught.value.code == "file_empty"
