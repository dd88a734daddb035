"""What forgers do to a file, done by the test, and what is said of it."""

import io
from pathlib import Path

import pytest
from docflow.domain.file_types import sniff
from docflow.domain.reading import Page, TextSource, Word
from docflow.domain.repeat_signals import NEAR_BITS, bits_between
from docflow_ocr.pages.file_traits import made_of_image, made_of_pdf, without_version
from docflow_ocr.pages.inspection import FileLimits
from docflow_ocr.pages.looks import hashes_of, picture_hashes
from docflow_ocr.pages.misprints import wrong_accounts
from docflow_ocr.pages.opening import open_file
from docflow_ocr.pages.revisions import ends_of, revised
from PIL import Image

from tests.unit.fraud.tampered import LINES, drawn, pdf_of, saved_again, signed

LIMITS = FileLimits(pages=50, image_pixels=50_000_000, page_pixels=12_000_000)
DEMO = Path(__file__).parents[2] / "data" / "demo"
GENUINE = pdf_of(drawn(*LINES))
DEARER = drawn(*LINES[:-1], "Total EUR 9,190.00")


def codes(data: bytes) -> list[str]:
    return [one.code for one in revised(data)]


def test_a_file_of_one_revision_has_nothing_to_compare() -> None:
    assert (ends_of(GENUINE), codes(GENUINE)) == ([len(GENUINE)], [])


def test_an_edited_total_is_told_with_the_old_and_the_new_text_and_its_place() -> None:
    _, found = revised(saved_again(GENUINE, {1: DEARER}))
    assert (found.code, found.score) == ("text_changed", 0.8)
    (change,) = found.evidence["changes"]
    assert (change["before"], change["after"], change["page"], change["revision"]) == (
        "1,190.00",
        "9,190.00",
        1,
        2,
    )
    assert all(0 <= x <= 1 for x in change["box"])


def test_the_whole_file_is_opened_with_its_signal() -> None:
    opened = open_file(saved_again(GENUINE, {1: DEARER}), "application/pdf", LIMITS)
    assert "text_changed" in [one.code for one in opened.signals]


def test_a_line_that_was_taken_away_is_told() -> None:
    _, found = revised(saved_again(GENUINE, {1: drawn(*LINES[:-1])}))
    assert "1,190.00" in [one["before"] for one in found.evidence["changes"]]


def test_figures_laid_over_figures_are_told_though_the_old_ones_are_still_there() -> None:
    over = drawn(*LINES) + b"1 1 1 rg 90 610 80 16 re f 0 0 0 rg BT /F 12 Tf 99 616 Td (9,190.00) Tj ET\n"
    found = {one.code: one for one in revised(saved_again(GENUINE, {1: over}))}
    assert found["text_changed"].evidence["changes"][0]["after"] == "9,190.00"


def test_a_change_that_is_changed_back_is_told_all_the_same() -> None:
    back = saved_again(saved_again(GENUINE, {1: DEARER}), {1: drawn(*LINES)})
    (_, found) = revised(back)
    assert [one["revision"] for one in found.evidence["changes"]] == [2, 3]


def test_a_page_that_is_gone_is_told() -> None:
    two = pdf_of(drawn(*LINES), drawn("Terms 30 days net"))
    _, found = revised(saved_again(two, {2: b""}))
    assert [one["after"] for one in found.evidence["changes"]] == [None] * 4


@pytest.mark.parametrize(
    "data",
    [
        saved_again(GENUINE, {}),
        saved_again(GENUINE, {1: drawn(*LINES, "Paid with thanks")}),
        saved_again(pdf_of(b""), {1: drawn(*LINES)}),
        saved_again(GENUINE, {1: b"q Q " + drawn(*LINES)}),
    ],
    ids=["nothing", "a line more", "an empty page filled", "drawn anew"],
)
def test_what_only_adds_is_no_change(data: bytes) -> None:
    assert codes(data) == ["revisions"]


def test_the_end_of_an_attached_pdf_is_no_revision() -> None:
    inner = saved_again(GENUINE, {1: DEARER})
    assert codes(pdf_of(drawn(*LINES), attached=inner)) == []


def test_text_that_was_changed_behind_a_signature_is_told_as_that() -> None:
    assert codes(saved_again(signed(GENUINE), {1: DEARER})) == [
        "revisions",
        "text_changed",
        "signed_text_changed",
    ]


def test_a_change_before_the_signature_is_not_behind_it() -> None:
    assert codes(signed(saved_again(GENUINE, {1: DEARER}))) == ["revisions", "text_changed"]


def test_white_text_is_hidden_text() -> None:
    white = drawn(*LINES) + b"1 1 1 rg BT /F 12 Tf 40 200 Td (Total EUR 9,190.00) Tj ET\n"
    opened = open_file(pdf_of(white), "application/pdf", LIMITS)
    (found,) = [one for one in opened.signals if one.code == "hidden_text"]
    assert (found.score, found.evidence["pages"]) == (0.5, [1])
    assert [place["page"] for place in found.evidence["places"]] == [1] * 3


def test_text_edited_by_hand_in_acrobat_is_told() -> None:
    made = made_of_pdf(pdf_of(b"/TouchUp_TextEdit MP\n" + drawn(*LINES), producer="SAP NetWeaver 7.5"))
    assert made.producer == "sap netweaver"
    assert [(one.code, one.evidence) for one in made.flags] == [("touched_up", {"pages": [1]})]


def test_picture_editors_are_named_by_files_and_photographs() -> None:
    assert made_of_pdf(pdf_of(drawn("x"), producer="Adobe Photoshop 25.0")).flags[0].code == "image_editor"
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x0131] = "GIMP 2.10"
    Image.new("L", (9, 9)).save(out, "JPEG", exif=exif)
    assert made_of_image(out.getvalue()).flags[0].evidence == {"program": "gimp"}


def test_versions_do_not_make_another_program() -> None:
    assert without_version("iText\u00ae 5.5.13 (AGPL-version)") == without_version("iText\u00ae 5.5.10")


def rescanned(data: bytes) -> bytes:
    """Turned by one degree, at 0.7 of its size, as JPEG of quality 60."""
    with Image.open(io.BytesIO(data)) as opened:
        picture = opened.convert("L")
    turned = picture.rotate(1, resample=Image.Resampling.BICUBIC, fillcolor=255)
    out = io.BytesIO()
    turned.resize((int(turned.width * 0.7), int(turned.height * 0.7))).save(out, "JPEG", quality=60)
    return out.getvalue()


def apart(one: bytes, paper: bytes) -> int:
    """Bits between a scan, turned either way, and the paper as it is; both are files."""
    (kept, *_), looks = (picture_hashes(data, sniff(data, "x"), LIMITS) for data in (paper, one))
    return min(bits_between(look, kept) for look in looks)


def test_a_rescan_looks_like_its_paper_and_other_papers_do_not() -> None:
    paper = (DEMO / "receipt-maple-and-pine.jpg").read_bytes()
    other = (DEMO / "saas-calendly-3189846.pdf").read_bytes()
    assert apart(rescanned(paper), paper) <= NEAR_BITS
    assert apart(other, paper) > 2 * NEAR_BITS


def test_an_empty_page_looks_like_nothing() -> None:
    assert hashes_of(Image.new("L", (100, 100), "white")) == ()


def page_of(line: str, *, confidence: float = 1.0) -> Page:
    words = tuple(
        Word(text, (0.05 * n, 0.1, 0.05 * n + 0.04, 0.12), confidence)
        for n, text in enumerate(line.split(), 1)
    )
    return Page(1, 595, 842, words, TextSource.TEXT_LAYER)


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("IBAN DE89 3704 0044 0532 0130 01", ["DE89 3704 0044 0532 0130 01"]),
        ("IBAN: DE89370400440532013001 BIC COBADEFF", ["DE89370400440532013001"]),
        ("IBAN BE71 0961 2345 6760 BANK", ["BE71 0961 2345 6760"]),
        ("IBAN DE89 3704 0044 0532 0130 00", []),
        ("Ref DE89 3704 0044 0532 0130 01", []),
        ("IBAN DE89 3704 0044 0532", []),
    ],
)
def test_an_account_with_wrong_check_digits_is_told(line: str, wrong: list[str]) -> None:
    found = wrong_accounts([page_of(line)], ocr_confidence=1.0)
    assert [one["value"] for flag in found for one in flag.evidence["accounts"]] == wrong


def test_a_doubtful_scan_of_an_account_proves_nothing() -> None:
    blurred = page_of("IBAN DE89 3704 0044 0532 0130 01", confidence=0.8)
    assert wrong_accounts([blurred], ocr_confidence=0.95) == ()
    assert wrong_accounts([page_of("IBAN DE89 3704 0044 0532 0130 01")], ocr_confidence=0.8) == ()
