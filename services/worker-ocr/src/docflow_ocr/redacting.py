"""Reading with what identifies persons taken out before it is sent, where the client wants that."""

from dataclasses import replace
from io import BytesIO

from docflow.domain.llm_policy import redact_of
from docflow.domain.ports.llm import Extraction, ExtractRequest, PageImage, Provider
from docflow.domain.ports.workbench import Workbench
from docflow.domain.reading import Box, Page, TextSource
from docflow.features.redaction.redaction import Redaction, asked_for

REDACT_TIMEOUT_S = 60.0
JPEG_QUALITY = 85


async def extract(provider: Provider, workbench: Workbench, request: ExtractRequest) -> Extraction:
    """As the provider does. A place-holder in its answer is turned back into the value."""
    kinds = redact_of(request.llm_policy) - asked_for(request.output_schema)
    if not kinds or provider.name == "offline":
        return await provider.extract(request)
    redaction, sent = await workbench.run(redacted, Redaction(kinds), request, timeout_s=REDACT_TIMEOUT_S)
    return redaction.restored(await provider.extract(sent))


def redacted(redaction: Redaction, request: ExtractRequest) -> tuple[Redaction, ExtractRequest]:
    """Pages as text and as pictures without the values; a page that lies askew in its picture goes as text alone."""
    images = {image.number: image for image in request.images}
    pages, sent = [], []
    for page in request.pages:
        clean, black = redaction.page(page)
        pages.append(clean)
        image = images.get(page.number)
        if image is not None and not _is_askew(page):
            sent.append(blackened(image, black))
    return redaction, replace(request, pages=tuple(pages), images=tuple(sent))


def _is_askew(page: Page) -> bool:
    """Of what was read as a picture places are on the picture made upright, and it is sent as it was."""
    return page.source is TextSource.OCR and bool(page.rotation or page.skew)


def blackened(image: PageImage, places: tuple[Box, ...]) -> PageImage:
    """`places` are fractions of the page, and so of its picture."""
    from PIL import Image, ImageDraw

    if not places:
        return replace(image, redacted=True)
    with Image.open(BytesIO(image.data)) as opened:
        picture = opened.convert("L")
    draw = ImageDraw.Draw(picture)
    for left, top, right, bottom in places:
        draw.rectangle(
            (left * picture.width, top * picture.height, right * picture.width, bottom * picture.height),
            fill=0,
        )
    out = BytesIO()
    picture.save(out, "JPEG", quality=JPEG_QUALITY)
    return replace(image, data=out.getvalue(), redacted=True)
