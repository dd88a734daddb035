"""Made files at and over their limits: each gets its own answer."""

import io
from collections.abc import Callable

import pikepdf
import pytest
from docflow.domain.errors import DocflowError
from docflow.domain.json_types import JsonObject
from docflow_ocr.pages.inspection import FileLimits, Inspection, inspect
from docflow_ocr.pages.opening import draw_page, open_file
from PIL import Image

LIMITS = FileLimits(pages=3, image_pixels=1_000_000, page_pixels=500_000)


def made_pdf(pages: int = 1, *, side: int = 200, password: str = "", content: bytes = b"") -> bytes:
    pdf, out = pikepdf.new(), io.BytesIO()
    font = pikepdf.Dictionary(
        F=pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
    )
    for _ in range(pages):
        page = pdf.add_blank_page()
        page.MediaBox = pikepdf.Array([0, 0, side, side])
        page.Resources = pikepdf.Dictionary(Font=font)
        page.Contents = pdf.make_stream(content)
    pdf.save(out, encryption=pikepdf.Encryption(user=password, owner="o") if password else False)
    return out.getvalue()


def made_image(form: str, size: tuple[int, int] = (40, 20), frames: int = 1, **more: object) -> bytes:
    out = io.BytesIO()
    image = Image.new("RGB", size, "white")
    if frames > 1:
        more |= {"save_all": True, "append_images": [image] * (frames - 1)}
    image.save(out, form, **more)  # type: ignore[arg-type]
    return out.getvalue()


def code_of(data: bytes, name: str = "file") -> str:
    with pytest.raises(DocflowError) as caught:
        inspect(data, name, LIMITS)
    return caught.value.code


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (made_pdf(2), Inspection("application/pdf", 2)),
        (made_image("PNG"), Inspection("image/png", 1)),
        (made_image("TIFF", frames=2), Inspection("image/tiff", 2)),
        (b"one\ftwo", Inspection("text/plain", 2)),
    ],
)
def test_a_sound_file_is_accepted_with_its_pages(data: bytes, expected: Inspection) -> None:
    assert inspect(data, "file", LIMITS) == expected


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (made_pdf(4), "too_many_pages"),
        (made_pdf(0), "no_pages"),
        (made_pdf(side=20_000), "page_too_large"),
        (made_pdf(password="secret"), "file_encrypted"),
        (made_pdf()[:200], "file_corrupt"),
        (made_image("PNG", (1001, 1000)), "image_too_large"),
        (made_image("TIFF", frames=4), "too_many_pages"),
        (made_image("JPEG", (400, 400))[:300], "file_corrupt"),
        (b"<?xml version='1.0'?><order/>", "file_unsupported"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_cannot_be_read_has_its_own_code(data: bytes, code: str) -> None:
    assert code_of(data) == code


def test_an_empty_tree_is_named_so_after_another_refusal() -> None:
    assert [code_of(data) for data in (made_pdf()[:200], made_pdf(0))] == ["file_corrupt", "no_pages"]


def test_words_of_a_text_layer_have_their_place() -> None:
    content = b"BT /F 10 Tf 20 180 Td (Invoice number A-17 of the first of May) Tj ET"
    (page,) = open_file(made_pdf(content=content), "application/pdf", LIMITS).pages
    word = page.words[0]
    assert (word.text, round(word.box[0], 1), word.box[1] < 0.12) == ("Invoice", 0.1, True)


def test_a_turned_page_gives_the_places_as_seen() -> None:
    content = b"BT /F 10 Tf 20 180 Td (Invoice number A-17 of the first of May) Tj ET"
    with pikepdf.open(io.BytesIO(made_pdf(content=content))) as pdf:
        pdf.pages[0].Rotate = 90
        out = io.BytesIO()
        pdf.save(out)
    (page,) = open_file(out.getvalue(), "application/pdf", LIMITS).pages
    box = page.words[0].box
    assert (box[0] > 0.85, box[3] - box[1] > box[2] - box[0]) == (True, True)


def test_a_page_without_usable_text_is_left_to_ocr() -> None:
    opened = open_file(made_pdf(content=b"0 0 100 100 re f"), "application/pdf", LIMITS)
    assert opened.drawn == (1,)


def test_a_blank_page_is_not() -> None:
    assert open_file(made_pdf(), "application/pdf", LIMITS).drawn == ()


def test_a_drawn_page_keeps_to_its_pixels() -> None:
    with Image.open(io.BytesIO(draw_page(made_pdf(side=5000), "application/pdf", 1, LIMITS))) as drawn:
        assert drawn.width * drawn.height <= 510_000


def signals(
    content: bytes = b"", change: Callable[[pikepdf.Pdf], None] | None = None
) -> dict[str, JsonObject]:
    with pikepdf.open(io.BytesIO(made_pdf(content=content))) as pdf:
        if change is not None:
            change(pdf)
        out = io.BytesIO()
        pdf.save(out)
    opened = open_file(out.getvalue(), "application/pdf", LIMITS)
    return {signal.code: signal.evidence for signal in opened.signals}


SEEN = b"BT /F 10 Tf 20 150 Td (Invoice number A-17 of the first of May) Tj ET\n"


@pytest.mark.parametrize(
    "unseen",
    [
        b"1 1 1 rg BT /F 10 Tf 20 80 Td (TOTAL 9123.00) Tj ET",
        b"BT /F 10 Tf 3 Tr 20 80 Td (TOTAL 9123.00) Tj ET",
        b"BT /F 1 Tf 20 80 Td (TOTAL 9123.00) Tj ET",
    ],
    ids=["white on white", "invisible", "too small"],
)
def test_text_that_nobody_sees_is_a_signal_and_is_not_read(unseen: bytes) -> None:
    opened = open_file(made_pdf(content=SEEN + unseen), "application/pdf", LIMITS)
    (found,) = opened.signals
    assert (found.code, found.evidence["pages"]) == ("hidden_text", [1])
    assert all(place["box"][1] > 0.4 for place in found.evidence["places"])
    assert "9123.00" not in {word.text for word in opened.pages[0].words}


def test_white_text_on_a_dark_bar_is_seen() -> None:
    bar = b"0 0 0 rg 0 70 200 40 re f 1 1 1 rg BT /F 10 Tf 20 80 Td (TOTAL 9123.00) Tj ET"
    opened = open_file(made_pdf(content=SEEN + bar), "application/pdf", LIMITS)
    assert opened.signals == ()
    assert "9123.00" in {word.text for word in opened.pages[0].words}


def test_a_signature_of_the_writing_program_is_no_signal() -> None:
    assert signals(SEEN + b"BT /F 1 Tf 2 2 Td (Powered by a library) Tj ET") == {}


def test_a_program_that_is_started_on_opening_is_a_signal() -> None:
    def launch(pdf: pikepdf.Pdf) -> None:
        pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.Launch, F=pikepdf.String("calc.exe"))

    assert signals(SEEN, launch) == {"active_content": {"actions": ["launch"]}}


def test_going_to_a_page_on_opening_is_none() -> None:
    def go_to(pdf: pikepdf.Pdf) -> None:
        pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.GoTo, D=pikepdf.Array([0]))

    assert signals(SEEN, go_to) == {}


def test_an_attached_program_is_a_signal() -> None:
    def attach(pdf: pikepdf.Pdf) -> None:
        pdf.attachments["notes.txt"] = b"MZ" + b"\0" * 100

    assert signals(SEEN, attach) == {"attachment_executable": {"count": 1}}


def test_a_strip_of_an_image_is_no_page() -> None:
    assert code_of(made_image("PNG", (60_000, 1))) == "image_too_large"


def test_a_photograph_is_turned_as_its_camera_says() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = made_image("JPEG", (40, 20), exif=exif)
    assert open_file(turned, "image/jpeg", LIMITS).pages[0].width == 20
