from io import BytesIO
from pathlib import Path

import pytest
from docflow.adapters.pages.render import render_png
from docflow.domain.errors import PermanentError
from PIL import Image

#: Its second page is named and is not there.
HALF = b"""%PDF-1.4
1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj
2 0 obj <</Type/Pages/Kids[3 0 R 9 0 R]/Count 2>> endobj
3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]>> endobj
trailer <</Size 4/Root 1 0 R>>
%%EOF"""
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


def test_a_page_that_is_broken_inside_its_file_is_refused_as_such() -> None:
    assert render_png(HALF, "application/pdf", 1, 1_000_000)
    with pytest.raises(PermanentError) as refused:
        render_png(HALF, "application/pdf", 2, 1_000_000)
    assert refused.value.code == "file_corrupt"
