from dataclasses import replace

import pytest
from docflow.domain.reading import Page, TextSource, Word
from docflow.features.splitting.cuts import are_sure, proposed, scored


def pages(*texts: str) -> list[Page]:
    return [_page(number, text) for number, text in enumerate(texts, 1)]


def _page(number: int, text: str) -> Page:
    words = tuple(
        Word(word, (0.1 + 0.09 * at, 0.03 * row, 0.18 + 0.09 * at, 0.03 * row + 0.02))
        for row, line in enumerate(text.split("\n"), 1)
        for at, word in enumerate(line.split())
    )
    return Page(number, 595, 842, words, TextSource.TEXT_LAYER)


FIRST = "Northwind Traders\nInvoice\nInvoice number: NW-1001\nWidgets 10.00"
SECOND = "Contoso Limited\nCredit note\nInvoice number: C-77412\nRefund 5.00"


def cuts(*texts: str) -> list[int]:
    return [cut.page for cut in proposed(pages(*texts))]


def test_another_sender_title_and_number_begin_another_document() -> None:
    assert cuts(FIRST, SECOND) == [2]


def test_a_file_of_one_page_is_no_stack() -> None:
    assert cuts(FIRST) == []


def test_numbered_pages_of_one_document_stay_together_whatever_they_show() -> None:
    assert cuts(f"{FIRST}\nPage 1 of 2", f"{SECOND}\nPage 2 of 2") == []


def test_numbering_that_begins_again_begins_another_document() -> None:
    assert cuts("Letter\nSeite 1 von 2", "more\nSeite 2 von 2", "Angebot\nSeite 1 von 1") == [3]


def test_the_same_number_on_both_pages_keeps_them_together() -> None:
    assert cuts(FIRST, "Delivery list\nInvoice number: NW-1001\nWidgets") == []


def test_a_page_that_goes_on_without_a_heading_is_not_cut_off() -> None:
    assert cuts(FIRST, "Gadgets 20.00\nSprockets 30.00\nCarried forward 60.00") == []


@pytest.mark.parametrize("says", ["Continued from page 1", "Fortsetzung", "Übertrag", "Continuación"])
def test_a_page_that_says_it_goes_on_is_not_cut_off_for_another_number(says: str) -> None:
    assert cuts(FIRST, "Our order number: 99-1234\nGadgets 20.00") == [2]
    assert cuts(FIRST, f"{says}\nOur order number: 99-1234\nGadgets 20.00") == []


def test_a_whole_other_document_is_no_part_of_the_first_because_it_says_so() -> None:
    assert cuts(FIRST, f"Continued\n{SECOND}") == [2]


def test_a_blank_page_is_no_document() -> None:
    assert cuts(FIRST, "", SECOND) == [3]


def is_cut_unseen(*texts: str) -> bool:
    return are_sure(scored(pages(*texts)))


SHOP = "Northwind Traders\n1 Harbour Street"


def test_a_letterhead_that_goes_on_is_no_sign_of_one_document() -> None:
    """A writer sends many: a person looks whether two receipts of one shop are one."""
    assert not is_cut_unseen(f"{SHOP}\nTea 3.00\nThank you", f"{SHOP}\nCoffee 4.00\nThank you", SECOND)


def test_pages_that_are_shown_to_go_on_leave_a_sure_cut_unseen() -> None:
    first = (f"{SHOP}\nInvoice\nPage 1 of 2", f"{SHOP}\nmore\nPage 2 of 2")
    assert is_cut_unseen(*first, "Contoso Limited\nCredit note\nPage 1 of 1")


def test_bills_of_one_account_with_numbers_of_their_own_are_not_taken_for_one() -> None:
    bills = [f"{SHOP}\nAccount number: AC-700\nInvoice number: NW-100{n}\nTea 3.00" for n in range(2)]
    assert not is_cut_unseen(*bills, SECOND)
    goes_on = (bills[0], f"{SHOP}\nAccount number: AC-700\nmore")
    assert is_cut_unseen(*goes_on, SECOND)


def test_another_letterhead_on_another_paper_is_worth_a_look() -> None:
    first, second = pages("Northwind Traders\nTea 3.00 total", "Corner Bakery\nBread rolls 4.00")
    narrow = replace(second, width=226)
    assert [cut.page for cut in proposed([first, narrow])] == [2]
    assert proposed([first, second]) == ()
