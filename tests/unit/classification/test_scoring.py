import pytest
from docflow.domain.reading import Page, TextSource, Word
from docflow.features.classification.repository import labels_of
from docflow.features.classification.scoring import (
    SURE,
    KnownType,
    LearnedWords,
    ranked,
    seen_of,
    strongly_other,
)
from docflow.features.classification.words import BUCKETS, buckets_of, folded

TYPES = (
    KnownType("simple_invoice", "Invoice"),
    KnownType("payroll_v1", "Payslip"),
    KnownType("expense_receipt", "Receipt"),
    KnownType("bank_statement", "Bank statement"),
)
INVOICE = (
    "Rechnung\nRechnungsnummer 4711\nRechnungsdatum 1.2.2026\nZahlbar bis 1.3.2026\nUSt-IdNr. DE129273398"
)
PAYSLIP = "Entgeltabrechnung\nSteuerklasse 1\nKrankenversicherung 100,00\nLohnsteuer 50,00\nAuszahlungsbetrag 2.000,00"
STATEMENT = "Relevé de compte\nSolde précédent 10,00\nTitulaire Dupont\nNouveau solde 20,00"
RECEIPT = "Corner Shop\n12/02/2026 14:33\nMilk 2.00\nCash 5.00\nChange 3.00\nThank you"


def page(text: str, *, width: float = 595, height: float = 842) -> Page:
    words = tuple(
        Word(word, (0.1 + 0.09 * at, 0.02 * row, 0.18 + 0.09 * at, 0.02 * row + 0.015))
        for row, line in enumerate(text.split("\n"), 1)
        for at, word in enumerate(line.split())
    )
    return Page(1, width, height, words, TextSource.TEXT_LAYER)


def best(text: str, *types: KnownType) -> tuple[str, float]:
    first = ranked(seen_of([page(text)]), types or TYPES)[0]
    return first.process_type_id, first.confidence


@pytest.mark.parametrize(
    ("text", "type_id"),
    [
        (INVOICE, "simple_invoice"),
        (PAYSLIP, "payroll_v1"),
        (STATEMENT, "bank_statement"),
        (RECEIPT, "expense_receipt"),
    ],
)
def test_a_plain_document_is_told_for_certain_in_its_own_language(text: str, type_id: str) -> None:
    found, confidence = best(text)
    assert (found, confidence >= SURE) == (type_id, True)


def test_a_document_of_none_of_the_types_is_sure_of_none() -> None:
    assert best("Dear friends,\nthe summer party is on the lawn behind the house.")[1] < 0.5


def test_an_e_invoice_without_pages_is_an_invoice() -> None:
    first = ranked(seen_of([], is_e_invoice=True), TYPES)[0]
    assert (first.process_type_id, first.confidence > 0.9) == ("simple_invoice", True)


def test_without_types_nothing_is_guessed() -> None:
    assert ranked(seen_of([page(INVOICE)]), ()) == ()


def test_the_confidences_leave_room_for_none_of_these() -> None:
    guesses = ranked(seen_of([page(RECEIPT)]), TYPES)
    assert 0 < sum(guess.confidence for guess in guesses) < 1


def test_two_types_of_one_family_share_the_certainty() -> None:
    twins = (*TYPES, KnownType("acme.invoice", "Supplier invoice"))
    assert best(INVOICE, *twins)[1] < SURE


def test_what_was_approved_tells_two_types_of_one_family_apart() -> None:
    words = buckets_of(folded(INVOICE + " Strom Zähler Netzentgelt Abschlag"))
    power = LearnedWords(6, [6 * (bucket in words) for bucket in range(BUCKETS)])
    rent = LearnedWords(
        6, [6 * (bucket in buckets_of("Miete Nebenkosten Wohnung")) for bucket in range(BUCKETS)]
    )
    twins = (
        KnownType("acme.power", "Invoice", learned=power),
        KnownType("acme.rent", "Invoice", learned=rent),
    )
    assert best(INVOICE + "\nStrom Zähler Netzentgelt Abschlag", *twins) == (
        "acme.power",
        pytest.approx(1, abs=0.1),
    )


def test_a_clients_own_kind_of_document_is_known_by_its_name_and_labels() -> None:
    labels = labels_of(
        {
            "properties": {
                "animal": {"type": "string", "x-labels": ["Name des Tieres"]},
                "chip": {"x-labels": ["Chipnummer"]},
            }
        }
    )
    own = KnownType("acme.vaccination", "Impfpass", "Impfpass von Haustieren", labels)
    assert (
        best("Impfpass\nName des Tieres Bello\nChipnummer 1234\nHaustiere", *TYPES, own)[0]
        == "acme.vaccination"
    )


def test_a_receipt_number_on_an_invoice_is_no_heading() -> None:
    assert best(f"Receipt No 4711\n{INVOICE}")[0] == "simple_invoice"


def test_words_are_found_though_the_engine_dropped_the_blanks() -> None:
    assert seen_of([page("OPENINGBALANCE 10.00")]).holds("opening balance")


def test_only_the_beginning_counts() -> None:
    letter = [page("Dear friends")] * 3
    assert ranked(seen_of([*letter, page(PAYSLIP)]), TYPES)[0].confidence < 0.5


def test_a_payslip_sent_as_an_invoice_is_strongly_another() -> None:
    guesses = ranked(seen_of([page(PAYSLIP)]), TYPES)
    other = strongly_other(guesses, "simple_invoice", TYPES)
    assert other is not None
    assert other.process_type_id == "payroll_v1"


def test_what_is_likely_of_its_own_type_is_not_another() -> None:
    assert strongly_other(ranked(seen_of([page(PAYSLIP)]), TYPES), "payroll_v1", TYPES) is None


def test_of_a_type_whose_looks_are_unknown_nothing_is_said_against() -> None:
    types = (*TYPES, KnownType("acme.misc", "Everything else"))
    assert strongly_other(ranked(seen_of([page(PAYSLIP)]), types), "acme.misc", types) is None


def test_another_type_of_the_same_family_is_not_strongly_another() -> None:
    types = (KnownType("acme.a", "Invoice"), KnownType("acme.b", "Rechnung"))
    assert strongly_other(ranked(seen_of([page(INVOICE)]), types), "acme.a", types) is None


@pytest.mark.parametrize(
    ("text", "plain"), [("Relevé  N° 7", "releve n 7"), ("STRASSE/Straße", "strasse strasse"), ("№5", "no5")]
)
def test_text_is_folded(text: str, plain: str) -> None:
    assert folded(text) == plain


def test_numbers_and_short_words_are_not_remembered() -> None:
    assert buckets_of("12345 DE12 an of 1.000,00") == frozenset()
