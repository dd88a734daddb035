"""PP-OCR by `rapidocr` on onnxruntime, with the models inside its wheel: no download, no network."""

import io
from collections.abc import Sequence
from functools import cache
from typing import Any

from docflow.domain.reading import Box, Word

#: Longer sides are scaled down before text is looked for: an A4 scan at 300 dpi takes half the time and gives the
#: same 60 lines.
MAX_SIDE_PIXELS = 1280
MIN_SCORE = 0.5
#: Scaled to what the engine takes, a longer strip has no width left, and the engine refuses it.
LONGEST_RATIO = 40


class RapidOcr:
    """One engine, one thread; about 1 GB while it works, so one per process.

    More threads of one engine were slower in wall time than one (8.9 s against 6.0 s a page) and took both cores.
    """

    name = "rapidocr"

    def __init__(self) -> None:
        from rapidocr import RapidOCR

        self._engine = RapidOCR(
            params={
                "Global.log_level": "critical",
                "Global.max_side_len": MAX_SIDE_PIXELS,
                "Global.text_score": MIN_SCORE,
                "EngineConfig.onnxruntime.intra_op_num_threads": 1,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            }
        )

    def read(self, image: bytes) -> tuple[Word, ...]:
        import numpy
        from PIL import Image

        with Image.open(io.BytesIO(image)) as opened:
            # The engine's models were trained on BGR, as OpenCV loads it.
            pixels = numpy.asarray(opened.convert("RGB"))[:, :, ::-1]
        if max(pixels.shape[:2]) > LONGEST_RATIO * min(pixels.shape[:2]):
            return ()
        # One call serves all its steps, so its type is that of any of them.
        result: Any = self._engine(numpy.ascontiguousarray(pixels))
        if result.boxes is None or result.txts is None:
            return ()
        height, width = pixels.shape[:2]
        lines = zip(result.boxes.tolist(), result.txts, result.scores, strict=True)
        return tuple(
            word
            for corners, text, score in lines
            for word in words_of_line(str(text), _box(corners, width, height), float(score))
        )


def words_of_line(text: str, box: Box, confidence: float) -> list[Word]:
    """The words of a recognised line, each with its share of the line's width by its share of the characters."""
    x0, y0, x1, y1 = box
    share = (x1 - x0) / max(1, len(text))
    words, at = [], 0
    for piece in text.split():
        start = text.index(piece, at)
        at = start + len(piece)
        words.append(Word(piece, (x0 + start * share, y0, x0 + at * share, y1), min(1.0, confidence)))
    return words


def _box(corners: Sequence[Sequence[float]], width: int, height: int) -> Box:
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return (
        max(0.0, min(xs) / width),
        max(0.0, min(ys) / height),
        min(1.0, max(xs) / width),
        min(1.0, max(ys) / height),
    )


@cache
def shared_engine() -> RapidOcr:
    """The engine of this process, made at its first page."""
    return RapidOcr()


def read_image(image: bytes) -> tuple[Word, ...]:
    """The words of an encoded picture; for the workbench's `ocr` pool."""
    return shared_engine().read(image)
