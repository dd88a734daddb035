from io import BytesIO
from pathlib import Path

from docflow.adapters.pages.render import render_png
from PIL import Image

FORM = Path(__file__).parents[2] / "data" / "demo" / "us-w9-dunbar.pdf"


def test_what_was_typed_into_a_form_is_drawn() -> None:
    picture = Image.open(BytesIO(render_png(FORM.read_bytes(), "application/pdf", 1, 40_000_000))).convert(
        "L"
    )
    width, height = picture.size
    name = picture.crop((int(0.101 * width), int(0.124 * height), int(0.178 * width), int(0.132 * height)))
    darkest, _ = name.getextrema()
    assert isinstance(darkest, int)
    assert darkest < 100
