"""Files without pages become pages of words; what is hidden, deleted or would act is not read and is told."""

import json
from io import BytesIO

import pytest
from docflow.adapters.pages.draw_words import words_png
from docflow.domain.errors import DocflowError
from docflow.domain.file_types import CSV, DOCX, HTML, XLSX
from docflow.domain.lines import lines_of
from docflow.features.reading.stored_pages import object_of
from docflow_ocr.pages.inspection import FileLimits, inspect
from docflow_ocr.pages.opening import OpenedFile, open_file
from PIL import Image

from tests.unit.reading.made_files import archive, docx, external, paragraph, table, xlsx

LIMITS = FileLimits(pages=500, image_pixels=50_000_000, page_pixels=12_000_000)


def opened(data: bytes, name: str) -> OpenedFile:
    return open_file(data, inspect(data, name, LIMITS).mime_type, LIMITS)


def text_of(file: OpenedFile) -> list[str]:
    return [line.text for page in file.pages for line in lines_of(page)]


def codes(file: OpenedFile) -> set[str]:
    return {flag.code for flag in file.signals}


def test_a_word_file_reads_in_order_with_its_tables_as_columns() -> None:
    header = f'<w:hdr xmlns:w="{"http://schemas.openxmlformats.org/wordprocessingml/2006/main"}">'
    data = docx(
        paragraph("Invoice R-7")
        + table(("Item", "Qty", "Total"), ("Black ink", "2", "10.00"))
        + paragraph("Total 10.00"),
        word__header1_dot_xml=header + paragraph("Seller Ltd") + "</w:hdr>",
    )
    file = opened(data, "a.docx")
    assert text_of(file) == [
        "Seller Ltd", "Invoice R-7", "Item  Qty  Total", "Black ink  2  10.00", "Total 10.00",
    ]  # fmt: skip
    assert codes(file) == set()


def test_deleted_words_are_not_read_and_hidden_figures_are_flagged() -> None:
    hidden = "<w:rPr><w:vanish/></w:rPr>"
    deleted = "<w:p><w:del><w:r><w:delText>Total 1.00</w:delText></w:r></w:del></w:p>"
    file = opened(docx(paragraph("Total 9.00") + paragraph("Total 90.00", hidden) + deleted), "a.docx")
    assert text_of(file) == ["Total 9.00"]
    assert codes(file) == {"hidden_text"}


def test_a_page_break_starts_a_page() -> None:
    pages = opened(
        docx(paragraph("one") + '<w:p><w:r><w:br w:type="page"/></w:r></w:p>' + paragraph("two")), "a.docx"
    ).pages
    assert [[word.text for word in page.words] for page in pages] == [["one"], ["two"]]


def test_a_workbook_shows_what_its_cells_showed() -> None:
    rows = (
        '<row><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>Price</t></is></c></row>'
        '<row><c r="A2" s="2"><v>46146</v></c><c r="B2" s="1"><f>1+1</f><v>1234.5</v></c></row>'
        '<row><c r="A3"><v>0.30000000000000004</v></c><c r="B3" s="3"><v>0.19</v></c></row>'
    )
    file = opened(
        xlsx(rows, formats=("#,##0.00 &quot;€&quot;", "dd/mm/yyyy", "0%"), texts="<si><t>Day</t></si>"),
        "a.xlsx",
    )
    assert text_of(file) == ["Day  Price", "2026-05-04  1234.50 €", "0.3  19%"]


@pytest.mark.parametrize("value", ["1e25", "-1e18", "1e-18", "NaN", "Infinity", "x", "99999999999"])
@pytest.mark.parametrize("form", ["0.0000000000", "0%", "dd/mm/yyyy", "", "#,##0"])
def test_a_number_beyond_all_measure_is_still_shown(value: str, form: str) -> None:
    row = f'<row><c r="A1" t="str"><v>Total</v></c><c r="B1" s="1"><v>{value}</v></c></row>'
    assert len(text_of(opened(xlsx(row, formats=(form,)), "a.xlsx"))) == 1


def test_every_sheet_is_a_page_and_a_hidden_one_is_told() -> None:
    row = '<row><c r="A1" t="str"><v>{}</v></c></row>'
    sheets = [row.format(name) for name in ("first", "secret", "third")]
    file = opened(xlsx(*sheets, states=("visible", "hidden", "visible")), "a.xlsx")
    assert [[word.text for word in page.words] for page in file.pages] == [["first"], ["third"]]
    assert file.warnings == ("hidden_sheet",)


def test_a_formula_without_a_value_is_told() -> None:
    row = '<row><c r="A1" t="str"><v>Total</v></c><c r="B1"><f>A2*2</f></c></row>'
    assert opened(xlsx(row), "a.xlsx").warnings == ("formula_without_value",)


@pytest.mark.parametrize(
    ("parts", "action"),
    [
        ({"word/vbaProject.bin": b"x"}, "macro"),
        ({"word/embeddings/a.bin": b"x"}, "embedded"),
        ({"word/_rels/settings.xml.rels": external("attachedTemplate", "http://x.test/t.dotm")}, "external"),
    ],
)
def test_what_would_act_is_flagged_and_left_alone(parts: dict[str, bytes | str], action: str) -> None:
    document = docx(paragraph("Total 9.00"))
    more = archive({**_parts(document), **parts})
    flags = opened(more, "a.docx").signals
    assert [(flag.code, flag.evidence["actions"]) for flag in flags] == [("active_content", [action])]


def test_a_hyperlink_is_no_action() -> None:
    parts = {"word/_rels/document.xml.rels": external("hyperlink", "http://x.test")}
    assert codes(opened(archive({**_parts(docx(paragraph("Total 9"))), **parts}), "a.docx")) == set()


def _parts(data: bytes) -> dict[str, bytes]:
    import zipfile

    with zipfile.ZipFile(BytesIO(data)) as made:
        return {name: made.read(name) for name in made.namelist()}


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        (
            "Artikel;Preis\r\nTinte;10,00\r\nPapier;5,00\r\n",
            ["Artikel  Preis", "Tinte  10,00", "Papier  5,00"],
        ),
        ('Item,Price\n"Ink, black",10.00\nPaper,5.00\n', ["Item  Price", "Ink, black  10.00", "Paper  5.00"]),
        ("Item\tPrice\nInk\t10.00\nPaper\t5.00\n", ["Item  Price", "Ink  10.00", "Paper  5.00"]),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_rows_of_any_delimiter_and_encoding_are_a_table(text: str, rows: list[str], encoding: str) -> None:
    assert text_of(opened(text.encode(encoding), "a.csv")) == rows


def test_html_reads_as_it_is_seen() -> None:
    page = (
        "<html><head><title>no</title><style>p{}</style></head><body><h1>Invoice R-7</h1>"
        "<p style='display: none'>Total 90.00</p><table><tr><td><table><tr><th>Item</th><th>Total</th></tr>"
        "<tr><td>Ink<br>black</td><td>9.00&nbsp;&euro;</td></tr></table></td></tr></table>"
        "<p>Total <b>9</b>.00</p></body></html>"
    )
    file = opened(page.encode(), "a.html")
    assert text_of(file) == ["Invoice R-7", "Item  Total", "Ink  9.00 €", "black", "Total 9.00"]
    assert codes(file) == {"hidden_text"}


def test_html_in_the_encoding_it_names() -> None:
    page = "<html><meta charset=iso-8859-15><body>Müller 9 €</body></html>"
    assert text_of(opened(page.encode("iso-8859-15"), "a.htm")) == ["Müller 9 €"]


@pytest.mark.parametrize("markup", ["<script>x()</script>", "<iframe src='http://x.test'></iframe>"])
def test_html_that_would_act_is_flagged(markup: str) -> None:
    file = opened(f"<html><body>Total 9{markup}</body></html>".encode(), "a.html")
    assert codes(file) == {"active_content"}
    assert text_of(file) == ["Total 9"]


BOMB = '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY e SYSTEM "file:///etc/hostname">]><w>&e;</w>'
DEEP = "<html><body>" + "<div>" * 5000 + "x" + "</div>" * 5000
REFUSED = {
    "entity in a word file": (archive({"word/document.xml": BOMB}), "a.docx", "file_unsafe"),
    "entity in a workbook": (archive({"xl/workbook.xml": BOMB}), "a.xlsx", "file_unsafe"),
    "members that unpack to too much": (
        archive({"xl/workbook.xml": "<a/>", "xl/worksheets/sheet1.xml": b"<row/>" * (20 << 20)}),
        "a.xlsx",
        "expansion_limit",
    ),
    "too many members": (
        archive({f"word/{n}.xml": "" for n in range(6000)}), "a.docx", "expansion_limit",
    ),
    "no main part": (archive({"word/other.xml": "<a/>"}), "a.docx", "file_unsupported"),
    "half an archive": (docx(paragraph("x" * 9000))[:-30] + b"word/[Content_Types].xml", "a.docx", "file_corrupt"),
    "an archive of archives": (archive({"a.zip": archive({"b": "c"})}), "a.docx", "file_type_mismatch"),
    "a workbook named as a word file": (xlsx("<row/>"), "a.docx", "file_type_mismatch"),
    "nothing on any page": (docx(""), "a.docx", "no_pages"),
    "rows nested in rows": (docx("<w:sdt>" * 60 + "</w:sdt>" * 60), "a.docx", "file_unsafe"),
    "a column of many cells": (("a,b\n" * 1_100_000).encode(), "a.csv", "expansion_limit"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_hostile_or_damaged_is_refused_with_its_code(case: str) -> None:
    data, name, code = REFUSED[case]
    with pytest.raises(DocflowError) as caught:
        inspect(data, name, LIMITS)
    assert caught.value.code == code


def test_markup_nested_without_end_does_no_harm() -> None:
    try:
        opened(DEEP.encode(), "a.html")
    except DocflowError as refused:
        assert refused.code in ("file_unsafe", "file_corrupt", "no_pages")


def test_a_page_of_words_can_be_looked_at() -> None:
    (page,) = opened(
        docx(paragraph("Invoice R-7") + table(("Item", "Total"), ("Ink", "9.00"))), "a.docx"
    ).pages
    stored = object_of(page)
    with Image.open(BytesIO(words_png(stored, 500_000))) as drawn:
        assert drawn.width * drawn.height <= 500_000
        box = json.loads(stored)["words"][0][1:5]
        word = drawn.crop((
            int(box[0] * drawn.width), int(box[1] * drawn.height),
            int(box[2] * drawn.width) + 1, int(box[3] * drawn.height) + 1,
        ))  # fmt: skip
        assert min(word.tobytes()) < 128
        assert min(drawn.crop((0, drawn.height // 2, drawn.width, drawn.height)).tobytes()) == 255


@pytest.mark.parametrize(
    ("data", "mime"),
    [
        (docx(paragraph("x")), DOCX),
        (xlsx("<row/>"), XLSX),
        (b"<!DOCTYPE html><p>x", HTML),
        (b"a;b\n1;2\n3;4\n", CSV),
    ],
)
def test_the_kind_is_told_without_a_name(data: bytes, mime: str) -> None:
    from docflow.domain.file_types import sniff

    assert sniff(data) == mime
