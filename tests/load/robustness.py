"""Do the figures of the receipts hold where the rules and thresholds were not made? `python -m tests.load.robustness`

Two checks, of a reader that has rules instead of a training:

folds        the fit of confidences and the threshold for an accuracy are made of four fifths of the receipts and scored on
             the fifth that they have not seen, each fifth in turn
disturbed    every receipt is turned a little, made smaller, darker and compressed again, and read anew: rules that know
             single files would fail on their copies

Words are kept under .docflow/reading-words as `tests.load.reading` keeps them.
"""

import hashlib
import io
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from docflow.adapters.llm.offline.reader import read_fields
from docflow.domain.confidence import Fitted, field_confidence
from docflow.domain.field_scores import FieldScore
from docflow.domain.json_types import JsonObject
from docflow.domain.output_schema import shape_of
from docflow.domain.reading import ReadField
from docflow.features.calibration.figures import Guess
from docflow.features.calibration.fitting import Example, fit
from docflow.features.calibration.thresholds import threshold_for
from docflow.features.reading.assembly import fields_of_extraction
from docflow_cli.evaluation import Evaluation, labelled_schema, wanted_of
from PIL import Image, ImageEnhance

from tests.load.reading import SHARED, WORDS, read_pages

RECEIPTS = "sroie"
FOLDS = 5
THRESHOLD = 0.80
TARGET = 0.95
THREE = ("company", "date", "total")


@dataclass(frozen=True, slots=True)
class Read:
    """One labelled value of one receipt; `fold` is the receipt's."""

    fold: int
    group: UUID
    name: str
    read: ReadField
    is_right: bool


@dataclass(frozen=True, slots=True)
class Accepted:
    values: int
    accepted: int
    wrong: int

    def __str__(self) -> str:
        share = 100 * self.wrong / max(1, self.accepted)
        return f"{self.accepted} of {self.values} accepted, {self.wrong} wrong ({share:.1f} %)"


def measure() -> dict[str, float]:
    """The figures of the bench."""
    plain, disturbed = _evaluated(lambda path: path), _evaluated(_disturbed)
    values = plain[1]
    given = _accepted(values, lambda _: None, lambda _: THRESHOLD)
    fitted = _accepted(values, _fit_of, lambda _: THRESHOLD)
    chosen = _accepted(values, lambda _: None, _threshold_of)
    for title, told in (("given weights", given), ("fitted on the other folds", fitted), (f"threshold for {TARGET:.0%} from the others", chosen)):  # fmt: skip
        print(f"{title:36} {told}")
    for title, (evaluation, _) in (("as they are", plain), ("disturbed", disturbed)):
        total = evaluation.total
        print(f"{title:36} three {_three(evaluation):.1f}, all {100 * total.f1:.1f}, "
              f"{Accepted(total.read, total.accepted, total.slipped)}")  # fmt: skip
    total = disturbed[0].total
    return {
        "folds_wrong_accepted": 100 * fitted.wrong / max(1, fitted.accepted),
        "folds_threshold_wrong": 100 * chosen.wrong / max(1, chosen.accepted),
        "disturbed_three_f1": _three(disturbed[0]),
        "disturbed_f1": 100 * total.f1,
        "disturbed_wrong_accepted": 100 * total.slipped / max(1, total.accepted),
    }


def _evaluated(file_of: Callable[[Path], Path]) -> tuple[Evaluation, list[Read]]:
    folder = SHARED / "data" / RECEIPTS
    schema, day_first = labelled_schema(folder)
    evaluation, values = Evaluation(THRESHOLD), []
    for label in sorted((folder / "labels").glob("*.json")):
        given = json.loads(label.read_text(encoding="utf-8"))
        wanted = wanted_of(schema, given["fields"])
        fields = _fields(file_of(folder / given["file"]), wanted)
        digest = hashlib.blake2s(label.stem.encode(), digest_size=16).digest()
        for spec in shape_of(wanted).fields:
            right = evaluation.fields.get(spec.path, FieldScore()).right
            read = fields.get(spec.path)
            evaluation.count(spec, given["fields"].get(spec.path), read, day_first=day_first)
            if read is not None and read.weighed is not None:
                is_right = evaluation.fields[spec.path].right > right
                values.append(Read(digest[0] % FOLDS, UUID(bytes=digest), spec.path, read, is_right))
    return evaluation, values


def _fields(path: Path, schema: JsonObject) -> dict[str, ReadField]:
    _, pages = read_pages(path, [])
    return dict(fields_of_extraction(read_fields(pages, schema), pages, schema).fields)


def _accepted(
    values: Sequence[Read],
    fit_of: Callable[[Sequence[Read]], Fitted | None],
    threshold_of: Callable[[Sequence[Read]], float],
) -> Accepted:
    accepted = wrong = 0
    for fold in range(FOLDS):
        others = [one for one in values if one.fold != fold]
        fitted, threshold = fit_of(others), threshold_of(others)
        for one in (one for one in values if one.fold == fold):
            sure = _confidence(one, fitted)
            accepted += sure >= threshold
            wrong += sure >= threshold and not one.is_right
    return Accepted(len(values), accepted, wrong)


def _confidence(one: Read, fitted: Fitted | None) -> float:
    return one.read.confidence if fitted is None or one.read.weighed is None else (
        field_confidence(one.read.weighed.evidence, fitted)
    )  # fmt: skip


def _fit_of(values: Iterable[Read]) -> Fitted | None:
    examples = [
        Example(one.group, one.read.weighed.evidence, one.is_right)
        for one in values
        if one.read.weighed is not None
    ]
    found = fit(examples, None, 0)
    # As in the platform: a fit that is no better is not taken.
    return Fitted("folds", found.weights, found.steps) if found is not None and found.is_better else None


def _threshold_of(values: Sequence[Read]) -> float:
    found = threshold_for(TARGET, [Guess(one.read.confidence, one.is_right) for one in values])
    return 1.1 if found.threshold is None else found.threshold


def _disturbed(path: Path) -> Path:
    """A copy of the receipt as a worse scanner would have made it; the same one each time."""
    copy = WORDS / "disturbed" / f"disturbed-{path.stem}.jpg"
    if not copy.exists():
        copy.parent.mkdir(parents=True, exist_ok=True)
        chance = hashlib.blake2s(path.stem.encode()).digest()
        with Image.open(path) as opened:
            grey = opened.convert("L")
        turned = grey.rotate((chance[0] / 255 - 0.5) * 4, resample=Image.Resampling.BICUBIC, fillcolor=255)
        scale = 0.75 + 0.2 * chance[1] / 255
        small = turned.resize((int(turned.width * scale), int(turned.height * scale)))
        dark = ImageEnhance.Brightness(small).enhance(0.85 + 0.2 * chance[2] / 255)
        out = io.BytesIO()
        dark.save(out, "JPEG", quality=45 + chance[3] % 30)
        copy.write_bytes(out.getvalue())
    return copy


def _three(evaluation: Evaluation) -> float:
    return 100 * sum((evaluation.fields[name] for name in THREE), FieldScore()).f1


if __name__ == "__main__":
    if not SHARED.is_dir():
        sys.exit("the labelled sets are not beside the repository")
    print(json.dumps({name: round(value, 2) for name, value in measure().items()}))
