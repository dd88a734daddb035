"""What a vendor gets to see of persons, and what is left of them in logs, spans and books."""

import base64
from io import BytesIO

from docflow.adapters.clock.system import SystemClock
from docflow.adapters.llm.anthropic.vendor import AnthropicVendor
from PIL import Image

from tests.llm_loopback.server import Loopback
from tests.security.injection.documents import LINES, TRUE, pdf
from tests.security.injection.reading import read

PLANTED = {
    "email": "ann.private@example.test",
    "phone": "+44 20 7946 0958",
    "card": "4111 1111 1111 1111",
    "ssn": "536-90-4399",
}
PAGE = pdf(
    [
        [*LINES, *(f"{name.capitalize()}: {value}" for name, value in PLANTED.items())],
        ["Again", PLANTED["email"]],
    ]
)


async def asked(**policy: object) -> tuple[dict[str, object], str, list[Image.Image]]:
    """The values that were read, the words that were sent, and the pictures."""
    async with Loopback().running() as loopback:
        vendor = AnthropicVendor("key", SystemClock(), base_url=loopback.url)
        result = await read(PAGE, "invoice.pdf", vendor, llm_policy=policy)
        await vendor.aclose()
        (seen,) = loopback.requests
    blocks = seen.body["messages"][-1]["content"]
    images = [
        Image.open(BytesIO(base64.b64decode(block["source"]["data"])))
        for block in blocks
        if block["type"] == "image"
    ]
    words = "\n".join(block["text"] for block in blocks if block["type"] == "text")
    return dict(result.values), words, images


def inked(picture: Image.Image, line: int) -> tuple[int, int]:
    """Darkest and brightest of what stands behind the label of a line."""
    scale = picture.width / 595
    top = (842 - (760 - 30 * line) - 7) * scale
    low, high = picture.crop((int(82 * scale), int(top), int(110 * scale), int(top + 6 * scale))).getextrema()
    return int(low), int(high)


async def test_planted_values_do_not_leave_and_what_is_asked_for_does() -> None:
    values, words, images = await asked(redact_before_send=True)
    for value in PLANTED.values():
        assert value not in words
    assert "[EMAIL-1]" in words.split("Again")[1]
    assert "DE89 3704 0044 0532 0130 00" in words
    assert {name: values[name] for name in TRUE} == TRUE
    assert len(images) == 2
    for line in range(len(LINES), len(LINES) + len(PLANTED)):
        assert inked(images[0], line)[1] < 60, "is black throughout"
    assert inked(images[0], 2)[1] > 200, "other lines are left as they are"


async def test_without_the_policy_they_are_sent() -> None:
    _, words, images = await asked()
    assert all(value in words for value in PLANTED.values())
    assert inked(images[0], len(LINES))[1] > 200


async def test_only_the_kinds_that_are_named_are_taken_out() -> None:
    _, words, _ = await asked(redact_before_send=["card"])
    assert PLANTED["card"] not in words
    assert PLANTED["email"] in words
