"""PP-OCR by `rapidocr` on onnxruntime, with the models inside its wheel: no download, no network."""

import io
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from docflow.adapters.ocr.straighten import pose_of
from docflow.domain.reading import Box, ReadPicture, Word

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Longer sides are scaled down before text is looked for: an A4 scan at 300 dpi takes half the time and gives the
#: same 60 lines.
MAX_SIDE_PIXELS = 1280
MIN_SCORE = 0.5
#: Scaled to what the engine takes, a longer strip has no width left, and the engine refuses it.
LONGEST_RATIO = 40
#: From here on the engine itself turns a line round.
CERTAIN_TURN = 0.9


class RapidOcr:
    """One engine, one thread; about 1 GB while it works, so one per process.

    More threads of one engine were slower in wall time than one (8.9 s against 6.0 s a page) and took both cores.
    """

    name = "rapidocr"

    def __init__(self) -> None:
        self._engine = _noting_engine(
            {
                "Global.log_level": "critical",
                "Global.max_side_len": MAX_SIDE_PIXELS,
                "Global.text_score": MIN_SCORE,
                "EngineConfig.onnxruntime.intra_op_num_threads": 1,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            }
        )

    def read(self, image: bytes) -> ReadPicture:
        pixels = _pixels(image)
        if _is_strip(pixels):
            return ReadPicture(())
        # One call serves all its steps, so its type is that of any of them.
        result: Any = self._engine(pixels)
        if result.boxes is None or result.txts is None:
            return ReadPicture(())
        height, width = pixels.shape[:2]
        quads = result.boxes.tolist()
        pose = pose_of(quads, width, height, flipped=self._engine.flipped_share)
        boxes = [pose.box(quad) for quad in quads]
        lines = list(zip(boxes, result.txts, result.scores, strict=True))
        if pose.rotation:
            lines.sort(key=lambda line: (line[0][1], line[0][0]))
        words = [word for box, text, score in lines for word in words_of_line(str(text), box, float(score))]
        return ReadPicture(tuple(words), pose.rotation, pose.skew)

    def read_lines(self, images: Sequence[bytes]) -> list[tuple[str, float]]:
        """The text of each picture of one upright line and how sure its letters are, 0..1; no place is looked for."""
        found = [("", 0.0)] * len(images)
        pixels = {at: one for at, image in enumerate(images) if not _is_strip(one := _pixels(image))}
        if pixels:
            result: Any = self._engine.recognize_txt(list(pixels.values()))
            for at, text, score in zip(pixels, result.txts, result.scores, strict=True):
                found[at] = (str(text), float(score))
        return found


def _pixels(image: bytes) -> "NDArray[Any]":
    import numpy
    from PIL import Image

    with Image.open(io.BytesIO(image)) as opened:
        # The engine's models were trained on BGR, as OpenCV loads it.
        return numpy.ascontiguousarray(numpy.asarray(opened.convert("RGB"))[:, :, ::-1])


def _is_strip(pixels: "NDArray[Any]") -> bool:
    height, width = pixels.shape[:2]
    return bool(max(height, width) > LONGEST_RATIO * min(height, width))


def _noting_engine(params: dict[str, Any]) -> Any:
    """The engine, which keeps to itself how many lines it had to turn upside down; here it tells."""
    from rapidocr import RapidOCR

    class Noting(RapidOCR):
        flipped_share = 0.0

        def cls_and_rotate(self, images: Any) -> Any:
            turned, found = super().cls_and_rotate(images)
            widths = [image.shape[1] for image in images]
            flipped = [
                width for width, (label, score) in zip(widths, found.cls_res or (), strict=False)
                if "180" in label and score > CERTAIN_TURN
            ]  # fmt: skip
            self.flipped_share = sum(flipped) / max(1, sum(widths))
            return turned, found

    return Noting(params=params)


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


@cache
def shared_engine() -> RapidOcr:
    """The engine of this process, made at its first page."""
    return RapidOcr()


def read_image(image: bytes) -> ReadPicture:
    """The words of an encoded picture; for the workbench's `ocr` pool."""
    return shared_engine().read(image)


def read_lines(images: Sequence[bytes]) -> list[tuple[str, float]]:
    """The text of each encoded picture of one line, and how sure it is; for the workbench's `ocr` pool."""
    return shared_engine().read_lines(images)
