"""The offline reader finds values by label, place and arithmetic, and names nothing it does not see."""

from typing import Any

from docflow.adapters.llm.offline.reader import read_fields

from tests.unit.reading.made_pages import page


def schema(**kinds: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {name: {"type": "string", "x-kind": kind} for name, kind in kinds.items()},
    }


def best(text: str, name: str, kind: str, **more: Any) -> str | None:
    given = schema(**{name: kind})
    given["properties"][name].update(more)
    found = read_fields([page(text)], given).fields.get(name)
    return found[0].text if found else None


def test_a_value_right_of_its_label_is_read() -> None:
    assert best("Invoice number: A-17\nPage 1", "invoice_number", "id") == "A-17"


def test_a_value_under_its_label_is_read() -> None:
    assert best("Invoice number      Date\nA-17                1 May 2024", "invoice_number", "id") == "A-17"


def test_a_label_of_the_client_is_used() -> None:
    assert best("Vertragskonto: 4711-9", "contract", "id", **{"x-labels": ["Vertragskonto"]}) == "4711-9"


def test_a_subtotal_is_no_total() -> None:
    assert best("Subtotal   100.00\nTax   19.00\nTotal   119.00", "total", "money") == "119.00"


def test_glued_words_are_still_a_label() -> None:
    assert best("TotalAmount:RM9.00", "total", "money") == "RM9.00"


def test_cash_less_change_tells_the_total_when_labels_compete() -> None:
    text = "TOTAL   50.00\nGRAND   9.45\nTOTAL   9.45\nCASH   10.00\nCHANGE   0.55"
    assert best(text, "total", "money") == "9.45"


def test_a_total_in_the_summary_of_taxes_is_not_the_total() -> None:
    text = "TOTAL   18.00\nGST SUMMARY\nSR 6%   16.98   1.02\nTOTAL   16.98   1.02"
    assert best(text, "total", "money") == "18.00"


def test_taxes_of_several_rates_have_no_total_of_their_own() -> None:
    text = "Summe EUR   42,50\n19 % MwSt aus 11,80   1,88\n7 % MwSt aus 30,70   2,01"
    assert best(text, "tax_total", "money") is None


def test_german_labels_are_known() -> None:
    text = "Rechnungsnr.  4711\nRechnungsdatum  7. Mai 2014\nGesamtbetrag  1.190,00 EUR"
    read = read_fields(
        [page(text)], schema(invoice_number="id", issue_date="date", grand_total="money")
    ).fields
    assert [read[name][0].text for name in ("invoice_number", "issue_date", "grand_total")] == [
        "4711",
        "7. Mai 2014",
        "1.190,00 EUR",
    ]


def test_french_labels_are_known() -> None:
    assert best("Facture n° : F-22\nTotal TTC   59,90 €", "grand_total", "money") == "59,90 €"


def test_the_issuer_is_the_company_that_is_not_billed() -> None:
    text = "Acme Software Ltd\n1 High Street, London\n\nBill to\nBuyer Holding GmbH\nBerlin"
    assert best(text, "seller_name", "party") == "Acme Software Ltd"


def test_a_shop_without_a_legal_form_stands_at_the_top() -> None:
    text = "MAPLE HARDWARE\n12 Jalan Besar, 45600 Selangor\nTel: 03-3271 9872\nTOTAL 5.00"
    assert best(text, "company", "party") == "MAPLE HARDWARE"


def test_the_address_ends_where_the_telephone_begins() -> None:
    text = "MAPLE HARDWARE\n12 Jalan Besar,\n45600 Selangor\nTel: 03-3271 9872\nTOTAL 5.00"
    assert best(text, "address", "address") == "12 Jalan Besar 45600 Selangor"


def test_a_date_that_could_be_swapped_follows_the_paper() -> None:
    text = "Sales Tax\nDate 03/04/2018\nShipped 03/25/2018"
    assert best(text, "date", "date") == "2018-03-04"


def test_rows_under_a_header_are_a_table() -> None:
    text = "Description              Qty     Unit price     Amount\nBlue ink                 2       4.50           9.00\nPaper                    1       3.00           3.00\nTotal                                           12.00"
    table = {
        "type": "object",
        "properties": {
            "line_items": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "description": {"type": "string"},
                        "quantity": {"x-kind": "quantity"},
                        "line_total": {"x-kind": "money"},
                    },
                },
            }
        },
    }
    rows = read_fields([page(text)], table).tables["line_items"]
    assert [(row["description"].text, row["quantity"].text, row["line_total"].text) for row in rows] == [
        ("Blue ink", "2", "9.00"),
        ("Paper", "1", "3.00"),
    ]


def test_what_is_not_printed_is_not_named() -> None:
    asked = schema(invoice_number="id", due_date="date", iban="iban", net_total="money", currency="currency")
    assert read_fields([page("Thank you for shopping with us")], asked).fields == {}


def test_an_empty_document_has_no_fields() -> None:
    assert read_fields([], schema(total="money")).fields == {}


def test_change_printed_with_a_minus_still_tells_the_total() -> None:
    text = "Total Sales   33.00\nTOTAL   35.00\nCASH   55.00\nChange   20.00-"
    assert best(text, "total", "money") == "35.00"


def test_the_amount_rounded_for_cash_is_the_total_even_without_its_label() -> None:
    text = "Total   RM21.83\nRounding   RM0.02\nGrandTotaiRM21.85"
    assert best(text, "total", "money") == "RM21.85"


def test_the_number_of_the_next_box_is_no_value() -> None:
    text = "3 Other income      4 Federal income tax withheld\n$  20,000           $  4,200"
    assert best(text, "other_income", "money") == "$  20,000"


def test_part_of_a_longer_number_is_no_amount() -> None:
    assert best("Rents   OMB No. 1545-0115", "rents", "money") is None


def test_the_running_text_behind_a_form_labels_nothing() -> None:
    prose = "\n".join("you must enter the code of the payee as the rules of this form say" for _ in range(12))
    pages = [page("Name   Ada Byron"), page(f"{prose}\nExempt payee code  W-9\n{prose}", number=2)]
    assert not read_fields(pages, schema(exempt_payee_code="id")).fields


def test_a_heading_across_the_page_is_no_buyer() -> None:
    text = "BILLED TO" + " " * 50 + "SUBSCRIPTION\nNorth Paper Ltd\n"
    assert best(text, "buyer_name", "party") == "North Paper Ltd"


def test_text_is_only_told_by_a_mark_behind_its_label() -> None:
    texts = ("Colour: red", "Colour    red", "Colour\nred")
    found = [read_fields([page(text)], schema(colour="text")).fields["colour"][0] for text in texts]
    assert [(one.text, one.label_found) for one in found] == [("red", True), ("red", None), ("red", None)]


def test_the_last_of_net_tax_and_gross_on_one_line_is_the_total() -> None:
    assert best("Total facture   24.99   5.00   29.99", "total", "money") == "29.99"


def label_found(text: str, name: str, kind: str) -> bool | None:
    return read_fields([page(text)], schema(**{name: kind})).fields[name][0].label_found


def test_a_number_under_a_word_of_the_client_alone_is_not_told_by_it() -> None:
    assert label_found("Hours worked: 17", "hours_worked", "quantity") is True
    assert label_found("Hours worked    Bonus\n17              20", "hours_worked", "quantity") is False


def test_a_rate_beside_amounts_of_nothing_was_not_applied() -> None:
    found = [label_found(f"VAT (19%)   {amount}", "tax_rate", "rate") for amount in ("19.00", "0.00")]
    assert found == [True, False]


def test_a_bare_dollar_on_a_canadian_paper_is_not_settled() -> None:
    papers = ("Acme Ltd, Toronto, Ontario\nTotal $12.00", "Acme Ltd, Austin, Texas\nTotal $12.00")
    assert [label_found(paper, "currency", "currency") for paper in papers] == [False, True]


def told(text: str, name: str) -> bool | None:
    found = read_fields([page(text)], schema(**{name: "money"})).fields.get(name)
    return found[0].label_found if found else None


def test_a_caption_that_stands_twice_but_for_a_letter_tells_of_neither_value() -> None:
    once = "Gehalt   4580.00\nRent paid total   62141.77"
    assert told(once, "rent_paid_total") is True
    assert told(f"Rent paid totai\n4675.78\n{once}", "rent_paid_total") is False


def test_captions_that_differ_in_a_digit_are_two() -> None:
    assert told("Box 1 income   10.00\nBox 2 income   20.00", "box_2_income") is True


def test_a_day_whose_month_has_a_name_belongs_to_its_label() -> None:
    beside, below = "Due date   12 June 2026", "Date            Due date\n13 May 2026     12 June 2026"
    assert best(beside, "due_date", "date") == "12 June 2026"
    assert (best(below, "issue_date", "date"), best(below, "due_date", "date")) == (
        "13 May 2026",
        "12 June 2026",
    )


def test_the_number_of_a_box_before_a_caption_is_still_no_value() -> None:
    assert best("Rents   4 Federal income tax", "rents", "money") is None


def test_a_day_may_stand_under_an_everyday_word_that_is_all_of_its_heading() -> None:
    assert label_found("Fatura N.º      Data\n26440           12/10/2025", "issue_date", "date") is True


def test_a_number_stands_under_a_heading_with_a_sign_for_it() -> None:
    assert best("Invoice #       Terms\nRE-51991        net", "invoice_number", "id") == "RE-51991"
    assert best("INVOICE\n555-1234", "invoice_number", "id") is None


def test_a_date_that_goes_on_is_the_date_of_something_else() -> None:
    text = "Facture n° 5620 du 2 juillet 2015\nDate limite de prélèvement 5 juillet 2015"
    assert [one.label_found for one in read_fields([page(text)], schema(date="date")).fields["date"]] == [
        None,
        None,
    ]
    assert label_found("Date/Time 28/04/2018 19:12", "date", "date") is True


def test_a_tax_follows_its_rate() -> None:
    assert best("Net   2,513.25\nVAT @ 20%   502.65\nTotal   3,015.90", "tax_total", "money") == "502.65"


UNKNOWN = "Wares altogether   2,400.00\nLevy at 5%   120.00\nTo be settled   2,520.00"


def test_net_tax_and_gross_are_known_by_their_sum_whatever_they_are_called() -> None:
    fields = read_fields(
        [page(UNKNOWN)], schema(net_total="money", tax_total="money", grand_total="money")
    ).fields
    assert [fields[name][0].text for name in ("net_total", "tax_total", "grand_total")] == [
        "2,400.00", "120.00", "2,520.00",
    ]  # fmt: skip


def test_what_a_tax_is_taken_of_is_no_total_though_it_is_called_one() -> None:
    text = UNKNOWN.replace("Wares altogether", "Wares total")
    assert best(text, "grand_total", "money") == "2,520.00"


def test_amounts_that_only_seem_to_be_net_and_tax_tell_no_total() -> None:
    for text in (
        "Wares   2,400.00\nLevy at 5%   121.00\nBoth   2,521.00",
        "Wares   2,400.00\nLevy   120.00\nBoth   2,520.00",
    ):
        assert best(text, "grand_total", "money") is None
