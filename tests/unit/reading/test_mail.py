"""A mail is its own text and the documents that came with it."""

import hashlib
from email.message import EmailMessage
from uuid import UUID

import pytest
from docflow.domain.errors import PermanentError
from docflow.domain.ids import id_within, new_id
from docflow.domain.jobs import DocumentState, Job
from docflow.domain.lines import lines_of
from docflow.domain.outcomes import Advance, Fail, StageOutcome
from docflow.domain.stages import Stage
from docflow.testing.blobs import MemoryBlobs
from docflow.testing.jobs import NullLedger, make_configuration, make_document, make_job, make_process
from docflow.testing.workbench import ThreadWorkbench
from docflow_ocr.pages import mail as mails
from docflow_ocr.pages.inspection import FileLimits
from docflow_ocr.pages.opening import open_file
from docflow_ocr.stages.ingest import Ingest

from tests.unit.reading.made_files import mail

LIMITS = FileLimits(pages=500, image_pixels=50_000_000, page_pixels=12_000_000)
PNG = b"\x89PNG\r\n\x1a\n"
CSV = b"a;b\n1;2\n3;4\n"


class NothingEarlier:
    async def earlier(self, client_id: UUID, sha256: str, document_id: UUID) -> tuple[UUID, UUID] | None:
        return None


def with_files(*files: tuple[str, bytes]) -> EmailMessage:
    made = mail()
    for name, data in files:
        made.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return made


async def ingested(
    message: EmailMessage, ledger: NullLedger, blobs: MemoryBlobs, name: str = "mail.eml"
) -> tuple[DocumentState, StageOutcome]:
    data = message.as_bytes()
    document = make_document(file_name=name, sha256=hashlib.sha256(data).hexdigest())
    await blobs.put(document.blob_key, data)
    plain = make_job(Stage.INGEST, make_process(), make_configuration())
    stage = Ingest(blobs, ThreadWorkbench(), NothingEarlier(), LIMITS)
    job = Job(plain.run, plain.process, (document,), plain.configuration)
    return document, await stage.handle(job, ledger)


def test_the_text_has_a_head_and_the_plain_body() -> None:
    message = mail("Dear buyer,\nplease pay 5.00 EUR.\n")
    message.add_alternative("<p>other words</p>", subtype="html")
    (page,) = open_file(message.as_bytes(), "message/rfc822", LIMITS).pages
    assert [line.text for line in lines_of(page)] == [
        "From:  Ann Seller <ann@seller.test>",
        "To:  in@buyer.test",
        "Date:  Fri, 20 Nov 2026 10:00:00 +0100",
        "Subject:  Invoice R-7",
        "Dear buyer,",
        "please pay 5.00 EUR.",
    ]


def test_a_body_of_html_alone_is_read_as_it_is_seen() -> None:
    message = EmailMessage()
    message["From"], message["Subject"], message["Message-ID"] = "a@b.test", "x", "<1@b.test>"
    message.set_content("<table><tr><td>Total</td><td>5.00</td></tr></table>", subtype="html")
    (page,) = open_file(message.as_bytes(), "message/rfc822", LIMITS).pages
    assert [line.text for line in lines_of(page)][-1] == "Total  5.00"


def test_headers_are_told_and_nothing_else_of_the_sender() -> None:
    assert mails.unpacked(mail().as_bytes(), 9, 999).headers == {
        "from": "ann@seller.test",
        "subject": "Invoice R-7",
        "date": "2026-11-20T10:00:00+01:00",
        "message_id": "<r7@seller.test>",
    }


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/cron.d/x.csv", "x.csv"),
        ("C:\\a\\b.csv", "b.csv"),
        ("a\u202efdp.csv", "a_fdp.csv"),
        ("", "attachment-1"),
        ("x" * 300 + ".csv", "x" * 108 + ".csv"),
    ],
)
def test_a_name_loses_its_path_and_its_tricks(given: str, kept: str) -> None:
    (file,) = mails.unpacked(with_files((given, CSV)).as_bytes(), 9, 999).attached
    assert file.file_name == kept


def test_a_logo_in_the_text_is_no_document_and_a_picture_beside_it_is_one() -> None:
    message = mail()
    message.add_attachment(PNG, maintype="image", subtype="png", filename="logo.png", cid="<logo>")
    message.add_attachment(PNG + b"x", maintype="image", subtype="png", filename="scan.png")
    message.add_attachment(b"sig", maintype="application", subtype="pgp-signature", filename="a.asc")
    assert [file.file_name for file in mails.unpacked(message.as_bytes(), 9, 999).attached] == ["scan.png"]


def test_the_same_file_twice_is_one_document() -> None:
    assert len(mails.unpacked(with_files(("a.csv", CSV), ("b.csv", CSV)).as_bytes(), 9, 999).attached) == 1


def nested(depth: int) -> EmailMessage:
    made = mail()
    for _ in range(depth):
        outer = mail()
        outer.add_attachment(made)
        made = outer
    return made


@pytest.mark.parametrize(
    ("message", "files", "size", "code"),
    [
        (with_files(("a.csv", b"1;2"), ("b.csv", b"3;4")), 1, 999, "expansion_limit"),
        (with_files(("a.csv", b"x" * 1000)), 9, 999, "expansion_limit"),
        (nested(30), 9, 9_999_999, "file_unsafe"),
    ],
)
def test_a_mail_over_a_limit_is_refused(message: EmailMessage, files: int, size: int, code: str) -> None:
    with pytest.raises(PermanentError) as caught:
        mails.unpacked(message.as_bytes(), files, size)
    assert caught.value.code == code


async def test_attachments_become_documents_that_are_looked_into_at_once() -> None:
    ledger, blobs = NullLedger(), MemoryBlobs()
    document, outcome = await ingested(with_files(("a.csv", CSV), ("b.exe", b"MZ\x90\x00")), ledger, blobs)
    table, program = ledger.added.values()
    assert (table.file_name, table.mime_type, table.position) == ("a.csv", "text/csv", 1)
    assert await blobs.get(table.blob_key) == CSV
    statuses = {document_id: changes["status"] for document_id, changes in ledger.checkpoints}
    assert statuses == {
        document.document_id: "processing", table.document_id: "processing", program.document_id: "failed",
    }  # fmt: skip
    assert isinstance(outcome, Advance)
    assert ledger.metadata["email"]["from"] == "ann@seller.test"


async def test_a_repeat_finds_the_same_documents() -> None:
    ledger, blobs = NullLedger(), MemoryBlobs()
    await ingested(with_files(("a.csv", CSV)), ledger, blobs)
    first = dict(ledger.added)
    await ingested(with_files(("a.csv", CSV)), ledger, blobs)
    assert ledger.added == first


async def test_a_mail_in_a_mail_is_opened_and_one_too_deep_is_refused() -> None:
    ledger, blobs = NullLedger(), MemoryBlobs()
    _, outcome = await ingested(nested(5), ledger, blobs)
    codes = [changes.get("error_code") for _, changes in ledger.checkpoints]
    assert len(ledger.added) == 3
    assert codes == [None, None, None, "file_unsafe"]
    assert isinstance(outcome, Advance)


async def test_a_mail_that_is_refused_fails_with_its_code() -> None:
    _, outcome = await ingested(nested(30), NullLedger(), MemoryBlobs())
    assert isinstance(outcome, Fail)
    assert outcome.code == "file_unsafe"


def test_the_id_of_a_part_is_the_same_at_every_look_and_a_valid_one() -> None:
    parent = new_id()
    part = id_within(parent, "1")
    assert part == id_within(parent, "1") != id_within(parent, "2")
    assert (part.version, part.int >> 80) == (7, parent.int >> 80)


@pytest.mark.parametrize("charset", ["no-such", "idna", "punycode", "hex", "a\x00b"])
def test_a_body_in_no_encoding_of_text_is_read_all_the_same(charset: str) -> None:
    sent = f"From: a@seller.test\nContent-Type: text/plain; charset={charset}\n\nTotal 9.00 \xff\n"
    (page,) = open_file(sent.encode("latin-1"), "message/rfc822", LIMITS).pages
    assert any("9.00" in line.text for line in lines_of(page))


@pytest.mark.parametrize("charset", ["no-such", "idna", "punycode", "hex"])
def test_markup_that_names_no_encoding_of_text_is_read_all_the_same(charset: str) -> None:
    page = f'<meta charset="{charset}"><p>Total 9.00 \xff {"x" * 70}</p>'.encode("latin-1")
    (read,) = open_file(page, "text/html", LIMITS).pages
    assert any("9.00" in line.text for line in lines_of(read))


def test_a_date_beyond_all_years_is_none() -> None:
    sent = b"From: a@seller.test\nDate: Fri, 20 Nov 99999999999999999999 10:00:00 +0100\n\nTotal 9.00\n"
    assert "date" not in mails.unpacked(sent, 10, 10_000).headers
    (page,) = open_file(sent, "message/rfc822", LIMITS).pages
    assert any("9.00" in line.text for line in lines_of(page))
