from docflow.adapters.ocr.tesseract import words_of_table
from docflow.domain.confidence import CAP_READINGS_DIFFER, CAP_RIVALS, Evidence, Weighed, field_confidence
from docflow.domain.reading import FieldSource, Page, ReadField, TextSource, Word
from docflow.domain.values.kinds import FieldKind
from docflow.features.reading.second_opinion import OTHER_LETTERS, SAME_LETTERS, Asked, opinions, surer

BOX = (0.6, 0.5, 0.8, 0.52)
TOTAL = Asked("total", FieldKind.MONEY, "21.85", 1, BOX)
NAME = Asked("company", FieldKind.PARTY, "SEAFOOD RESTAURANT SDN BHD", 1, (0.1, 0.1, 0.9, 0.12))


def page(*words: Word) -> Page:
    return Page(1, 800, 1200, words, TextSource.OCR)


def read(evidence: Evidence) -> ReadField:
    sure = field_confidence(evidence)
    return ReadField("21.85", sure, FieldSource.OCR, weighed=Weighed(evidence, "money"))


def test_the_same_amount_read_again_agrees_wherever_it_stands() -> None:
    assert opinions([TOTAL], [page(Word("RM21.85", (0.1, 0.2, 0.3, 0.22)))]) == {"total": SAME_LETTERS}


def test_another_amount_at_its_place_differs() -> None:
    assert opinions([TOTAL], [page(Word("21.35", (0.61, 0.5, 0.79, 0.52)))]) == {"total": OTHER_LETTERS}


def test_an_unsure_word_at_its_place_says_nothing() -> None:
    assert opinions([TOTAL], [page(Word("21.35", (0.61, 0.5, 0.79, 0.52), 0.4))]) == {}


def test_noise_at_its_place_says_nothing() -> None:
    assert opinions([TOTAL], [page(Word("~~|", (0.61, 0.5, 0.79, 0.52)))]) == {}


def test_a_name_with_another_letter_differs() -> None:
    words = [Word(text, (0.1 + n * 0.2, 0.1, 0.28 + n * 0.2, 0.12))
             for n, text in enumerate(("SEAF00D", "RESTAURANT", "SDN", "BHD"))]  # fmt: skip
    assert opinions([NAME], [page(*words)]) == {"company": OTHER_LETTERS}


def test_other_text_at_the_place_of_a_name_says_nothing() -> None:
    assert opinions([NAME], [page(Word("12/03/2018", (0.1, 0.1, 0.3, 0.12)))]) == {}


def test_agreement_raises_and_difference_caps() -> None:
    plain = read(Evidence(grounding=1.0, weakest_word=0.95, label=1.0))
    assert surer({"total": plain}, {"total": SAME_LETTERS})["total"].confidence > plain.confidence
    assert surer({"total": plain}, {"total": OTHER_LETTERS})["total"].confidence == CAP_READINGS_DIFFER
    assert surer({"total": plain}, {}) == {"total": plain}


def test_letters_read_rightly_do_not_settle_rivals() -> None:
    doubtful = read(Evidence(grounding=1.0, weakest_word=1.0, label=1.0, rivals=1))
    assert surer({"total": doubtful}, {"total": SAME_LETTERS})["total"].confidence <= CAP_RIVALS


def test_the_table_of_the_program_becomes_words_in_page_fractions() -> None:
    head = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext"
    rows = ["1\t1\t0\t0\t0\t0\t0\t0\t200\t100\t-1\t", "5\t1\t1\t1\t1\t1\t20\t10\t40\t20\t96.5\tTotal", "x\ty"]
    (word,) = words_of_table("\n".join([head, *rows, "5\t1\t1\t1\t1\t2\tNaN\t10\t40\t20\t96\tbad"]))
    assert (word.text, word.box, word.confidence) == ("Total", (0.1, 0.1, 0.3, 0.3), 0.965)
    assert words_of_table("no table") == ()
