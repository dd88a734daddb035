"""How well a document fits each process type, as confidences. Pure; runs in a child process."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from docflow.domain.lines import lines_of
from docflow.domain.reading import Classification, Page
from docflow.features.classification.families import FAMILIES, Family
from docflow.features.classification.words import READ_CHARACTERS, buckets_of, folded

#: Pages and lines that are looked at; what a document is stands at its beginning.
PAGES_SEEN = 3
HEAD_LINES = 14
#: A phrase of so many letters is found whatever stands between its words; OCR drops blanks.
COMPACT_LETTERS = 8

#: Evidence in natural log odds; set by hand on the development sets (docs/quality.md), seldom by more than halves.
XML_SCORE = 8.0
TITLE_SCORE = 3.0
TITLE_CAP = 4.5
MARK_SCORE = 0.8
MARK_CAP = 6.0
PAID_SCORE = 1.2
#: Height over width; sheets of paper have at most 1.65 (US legal).
NARROW = 1.75
NAME_SCORE = 3.0
LABEL_SCORE = 0.6
LABEL_CAP = 3.0
LEARNED_CAP = 6.0
#: So many approved documents carry half the weight that many would.
LEARNED_HALF = 3
#: What a document of no known type would score: evidence has to beat it.
NONE_SCORE = 2.0

#: A confidence from here on needs no person.
SURE = 0.80
#: Another type is "strongly" likelier when it is this sure and the one asked for this unlikely.
OTHER_SURE = 0.97
OWN_UNLIKELY = 0.02


_TIME = re.compile(r"\b(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?\b")
_CASH = re.compile(
    r"\b(?:cash|change|bar|gegeben|ruckgeld|especes|rendu|efectivo|contanti|troco) (?:[a-z]{1,3} )?\d+ \d\d\b"
)
_NUMBER_OF = re.compile(r"\s*(?:no|nr|num|number|nummer|numero|n|id|date|datum)\b")


@dataclass(frozen=True, slots=True)
class LearnedWords:
    """Of so many approved documents, how many hold a word of each bucket."""

    documents: int
    counts: Sequence[int]


@dataclass(frozen=True, slots=True)
class KnownType:
    """What is known of one process type. `labels` are folded, as on the page."""

    process_type_id: str
    name: str
    description: str = ""
    labels: frozenset[str] = frozenset()
    learned: LearnedWords | None = None

    @property
    def family(self) -> Family | None:
        """By its name; where that says nothing, by its description."""
        own = folded(self.process_type_id.rpartition(".")[2].replace("_", " "))
        return _family_named(f"{folded(self.name)} {own}") or _family_named(folded(self.description))


@dataclass(frozen=True, slots=True)
class Seen:
    """What classification looks at: the folded lines at the top of the first page, and the text of the first pages."""

    head: tuple[str, ...]
    text: str
    is_e_invoice: bool = False
    payment_signs: int = 0
    """Of three: a time of day, an amount beside a word for cash, a page as narrow as a printed roll."""
    buckets: frozenset[int] = frozenset()
    compact: str = field(init=False)
    """The text without blanks."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "compact", self.text.replace(" ", ""))

    def holds(self, phrase: str) -> bool:
        compact = phrase.replace(" ", "")
        if len(compact) >= COMPACT_LETTERS:
            return compact in self.compact
        return f" {phrase} " in f" {self.text} "


#: How likely a document is of one type.
Guess = Classification


def seen_of(pages: Sequence[Page], *, is_e_invoice: bool = False) -> Seen:
    lines = [[line.text for line in lines_of(page)] for page in pages[:PAGES_SEEN]]
    text = "\n".join("\n".join(page) for page in lines)[:READ_CHARACTERS]
    head = tuple(folded(line) for line in (lines[0][:HEAD_LINES] if lines else ()))
    plain = folded(text)
    signs = bool(_TIME.search(text)) + bool(_CASH.search(plain)) + _is_narrow(pages)
    return Seen(head, plain, is_e_invoice, signs, buckets_of(text))


def _is_narrow(pages: Sequence[Page]) -> bool:
    return bool(pages) and pages[0].height >= NARROW * pages[0].width > 0


def ranked(seen: Seen, types: Sequence[KnownType]) -> tuple[Guess, ...]:
    """Every type with its confidence, the likeliest first. They sum to less than 1: the rest is "none of these"."""
    scores = _scores(seen, types)
    top = max([NONE_SCORE, *scores.values()])
    weights = {name: math.exp(score - top) for name, score in scores.items()}
    whole = sum(weights.values()) + math.exp(NONE_SCORE - top)
    guesses = [Guess(name, round(weight / whole, 4)) for name, weight in weights.items()]
    return tuple(sorted(guesses, key=lambda guess: (-guess.confidence, guess.process_type_id)))


def strongly_other(
    guesses: Sequence[Guess], process_type_id: str, types: Sequence[KnownType]
) -> Guess | None:
    """The type of another family that a document is of nearly for certain, though it was sent as `process_type_id`.

    None for a type of no known family: how its documents look cannot be told.
    """
    families = {one.process_type_id: one.family for one in types}
    own = next((one for one in guesses if one.process_type_id == process_type_id), None)
    if own is None or families.get(process_type_id) is None or not guesses:
        return None
    best = guesses[0]
    if families[best.process_type_id] in (None, families[process_type_id]):
        return None
    return best if best.confidence >= OTHER_SURE and own.confidence <= OWN_UNLIKELY else None


def _scores(seen: Seen, types: Sequence[KnownType]) -> dict[str, float]:
    families = {one.process_type_id: one.family for one in types}
    of_family = {
        id(family): _family_score(seen, family) for family in families.values() if family is not None
    }
    shared = Counter(label for one in types for label in one.labels)
    learned = _learned_scores(seen, types)
    scores = {}
    for one in types:
        family = families[one.process_type_id]
        scores[one.process_type_id] = (
            (of_family[id(family)] if family is not None else _name_score(seen, one))
            + _label_score(seen, one, shared)
            + learned.get(one.process_type_id, 0.0)
        )
    return scores


def _family_score(seen: Seen, family: Family) -> float:
    marks = sum(seen.holds(mark) for mark in family.marks)
    return (
        XML_SCORE * (seen.is_e_invoice and family.structured)
        + min(TITLE_CAP, TITLE_SCORE * _title_strength(seen, family.titles))
        + min(MARK_CAP, MARK_SCORE * marks)
        + PAID_SCORE * (seen.payment_signs if family.paid else 0)
    )


def _title_strength(seen: Seen, titles: Sequence[str]) -> float:
    """1.5 for a heading that is little but the title, 1 for a line that begins with it, 0.5 for one that holds it or
    gives a number of that name (an invoice may cite a receipt)."""
    strength = 0.0
    for line in seen.head:
        for title in titles:
            at = f" {line} ".find(f" {title} ")
            if at < 0:
                continue
            numbered = bool(_NUMBER_OF.match(line[at + len(title) :]))
            alone = len(line) <= len(title) + 10
            strength = max(strength, 0.5 if numbered or at else 1.5 if alone else 1.0)
    return strength


def _name_score(seen: Seen, one: KnownType) -> float:
    """Of a type of no known family: whether its own name heads the page, or its words stand on it."""
    name = folded(one.name)
    if not name:
        return 0.0
    words = [word for word in folded(f"{one.name} {one.description}").split() if len(word) > 3]
    share = sum(seen.holds(word) for word in words) / len(words) if words else 0.0
    return min(TITLE_CAP, NAME_SCORE * _title_strength(seen, (name,))) + NAME_SCORE * share


def _label_score(seen: Seen, one: KnownType, shared: Mapping[str, int]) -> float:
    """Labels of its schema that stand on the page; one that several types share tells that much less."""
    told = sum(1 / shared[label] for label in one.labels if seen.holds(label))
    return min(LABEL_CAP, LABEL_SCORE * told)


def _learned_scores(seen: Seen, types: Sequence[KnownType]) -> dict[str, float]:
    """Naive Bayes over the presence of words, against the mean of the types that learned something.

    The evidence of single words is far from independent, so its sum is damped to a few units.
    """
    learned = {one.process_type_id: one.learned for one in types if one.learned and one.learned.documents > 0}
    if not learned or not seen.buckets:
        return {}
    likelihood = {name: _likelihood(seen.buckets, words) for name, words in learned.items()}
    # With one type alone, the comparison is with a document of any words.
    mean = sum(likelihood.values()) / len(likelihood) if len(likelihood) > 1 else math.log(0.25)
    return {
        name: max(-LEARNED_CAP, min(LEARNED_CAP, 8 * (value - mean))) * _trust(learned[name])
        for name, value in likelihood.items()
    }


def _likelihood(buckets: frozenset[int], words: LearnedWords) -> float:
    """The mean logarithm of how often each word is on a document of the type, smoothed."""
    total = words.documents + 2.0
    return sum(math.log((words.counts[bucket] + 0.5) / total) for bucket in buckets) / len(buckets)


def _trust(words: LearnedWords) -> float:
    return words.documents / (words.documents + LEARNED_HALF)


def _family_named(text: str) -> Family | None:
    padded = f" {text} "
    return next((one for one in FAMILIES if any(f" {name} " in padded for name in one.names)), None)
