"""Draw the demo documents that no one else has published under a clear licence.

Two shop receipts, laid out as text, then turned, unevenly lit, grained and saved as JPEG the way a scanner or a
phone leaves them; and one PDF that breaks off in the middle. The shops, people and numbers are invented. The same
seed draws the same picture; the bytes of a JPEG may still differ between versions of Pillow.

    python tests/data/make_scans.py [FOLDER]
"""

import random
import sys
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

DEMO = Path(__file__).with_name("demo")
BROKEN_AFTER_BYTES = 9_000
"""Past the header and the first objects, before any page tree or cross-reference table."""

PAPER_WIDTH = 620
MARGIN = 44
RULE = "-"


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line: `left` alone is centred, with `right` the two stand at the edges."""

    left: str
    right: str | None = None
    size: int = 24
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Scan:
    """How the paper was caught. Angle in degrees, grain and shade in grey levels (0..255), quality as JPEG's."""

    angle: float
    grain: int
    shade: int
    blur: float
    quality: int
    seed: int


HARDWARE = (
    Line("MAPLE & PINE HARDWARE", size=34, bold=True),
    Line("1180 Orchard Avenue"),
    Line("Portland, OR 97214"),
    Line("Tel 503-555-0142"),
    Line(RULE),
    Line("Receipt No: 004417", "Register 2"),
    Line("Date: 03/14/2025", "10:42 AM"),
    Line(RULE),
    Line("Cordless drill bit set", "24.99"),
    Line("Wood screws 4x40 (2 x 6.75)", "13.50"),
    Line("Sandpaper assorted", "8.25"),
    Line("Work gloves L", "11.90"),
    Line(RULE),
    Line("Subtotal", "58.64"),
    Line("Tax 0.00%", "0.00"),
    Line("TOTAL USD", "58.64", size=32, bold=True),
    Line("Visa ************0119", "58.64"),
    Line(RULE),
    Line("Thank you for shopping local"),
)

COFFEE_HOUSE = (
    Line("KAFFEEHAUS LINDENHOF", size=34, bold=True),
    Line("Inh. Beispiel Gastro GmbH"),
    Line("Gartenweg 12"),
    Line("69117 Heidelberg"),
    Line("Steuer-Nr. 32/475/81508"),
    Line(RULE),
    Line("Rechnung Nr. 2025-0873", "Tisch 7"),
    Line("Datum: 21.02.2025", "13:18 Uhr"),
    Line(RULE),
    Line("2 x Tagesteller", "25,80 B"),
    Line("1 x Apfelschorle 0,5", "4,60 A"),
    Line("2 x Cappuccino", "7,20 A"),
    Line("1 x Apfelkuchen", "4,90 B"),
    Line(RULE),
    Line("Summe EUR", "42,50", size=32, bold=True),
    Line("A 19 % MwSt aus 11,80", "1,88"),
    Line("B 7 % MwSt aus 30,70", "2,01"),
    Line("Girocard", "42,50"),
    Line(RULE),
    Line("Vielen Dank, bis bald!"),
)


def _font(line: Line) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(line.size)  # inside Pillow, so no font is installed; it has no accents
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise TypeError("this Pillow was built without FreeType")
    return font


def print_receipt(lines: tuple[Line, ...]) -> Image.Image:
    """The receipt as the till prints it: black on white, 8-bit grey."""
    height = 2 * MARGIN + sum(int(line.size * 1.55) for line in lines)
    paper = Image.new("L", (PAPER_WIDTH, height), 250)
    pen = ImageDraw.Draw(paper)
    y = MARGIN
    for line in lines:
        _print_line(pen, line, y)
        y += int(line.size * 1.55)
    return paper


def _print_line(pen: ImageDraw.ImageDraw, line: Line, y: int) -> None:
    if line.left == RULE:
        for x in range(MARGIN, PAPER_WIDTH - MARGIN, 12):
            pen.line((x, y + 14, x + 6, y + 14), fill=60, width=2)
        return
    font, stroke = _font(line), 1 if line.bold else 0
    if line.right is None:
        middle = (PAPER_WIDTH - font.getlength(line.left)) / 2
        pen.text((middle, y), line.left, font=font, fill=25, stroke_width=stroke)
        return
    pen.text((MARGIN, y), line.left, font=font, fill=25, stroke_width=stroke)
    edge = PAPER_WIDTH - MARGIN - font.getlength(line.right)
    pen.text((edge, y), line.right, font=font, fill=25, stroke_width=stroke)


def catch(paper: Image.Image, scan: Scan) -> Image.Image:
    """The printed paper as a scanner leaves it, on a darker bed."""
    rng = random.Random(scan.seed)
    bed = Image.new("L", (paper.width + 120, paper.height + 120), 206)
    bed.paste(paper, (60, 60))
    turned = bed.rotate(scan.angle, resample=Image.Resampling.BICUBIC, fillcolor=206)
    lit = ImageChops.subtract(turned, _shadow(turned.size, scan.shade))
    soft = lit.filter(ImageFilter.GaussianBlur(scan.blur))
    return ImageChops.add(soft, _grain(soft.size, scan.grain, rng), scale=1, offset=-scan.grain // 2)


def _shadow(size: tuple[int, int], depth: int) -> Image.Image:
    ramp = Image.linear_gradient("L").rotate(90).resize(size)
    return ramp.point([level * depth // 255 for level in range(256)])


def _grain(size: tuple[int, int], depth: int, rng: random.Random) -> Image.Image:
    noise = Image.frombytes("L", size, rng.randbytes(size[0] * size[1]))
    return noise.filter(ImageFilter.GaussianBlur(0.6)).point([level * depth // 255 for level in range(256)])


RECEIPTS = {
    "receipt-maple-and-pine.jpg": (
        HARDWARE,
        Scan(angle=0.8, grain=26, shade=18, blur=0.5, quality=72, seed=11),
    ),
    "receipt-kaffeehaus-lindenhof.jpg": (
        COFFEE_HOUSE,
        Scan(angle=-1.6, grain=44, shade=46, blur=0.8, quality=58, seed=23),
    ),
}
BROKEN = {"damaged-invoice.pdf": "saas-calendly-3189846.pdf"}


def main(folder: Path) -> None:
    """Write the receipts and the broken PDF into `folder`."""
    for name, (lines, scan) in RECEIPTS.items():
        picture = catch(print_receipt(lines), scan)
        picture.save(folder / name, quality=scan.quality, dpi=(150, 150))
    for name, whole in BROKEN.items():
        (folder / name).write_bytes((DEMO / whole).read_bytes()[:BROKEN_AFTER_BYTES])


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DEMO)
