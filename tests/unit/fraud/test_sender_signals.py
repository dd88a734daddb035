from typing import Any

import pytest
from docflow.domain.reading import FraudFlag, Page, TextSource, Word
from docflow.domain.sender_signals import registered, sender_domain, sender_signals

from tests.unit.fraud.known import past

BOX = (0.1, 0.9, 0.4, 0.92)


def page(text: str, source: TextSource = TextSource.TEXT_LAYER) -> Page:
    return Page(1, 600, 800, tuple(Word(word, BOX) for word in text.split()), source)


def told(domain: str | None, text: str = "", *sent: str, **more: Any) -> dict[str, FraudFlag]:
    documents = [past(number, sender_domain=one) for number, one in enumerate(sent, 1)]
    return {one.code: one for one in sender_signals(domain, [page(text, **more)], documents)}


@pytest.mark.parametrize(
    ("domain", "score"),
    [
        ("lieferamt.de", 0.4),
        ("lleferant.com", 0.4),
        ("lieferant.de.pay-now.net", 0.4),
        ("lіeferant.de", 0.4),
        ("lieferant.com", 0.2),
    ],
    ids=[
        "a letter",
        "a letter under another ending",
        "as a part",
        "a letter of another script",
        "another ending",
    ],
)
def test_a_domain_that_is_nearly_the_one_on_the_page_is_told_with_its_place(
    domain: str, score: float
) -> None:
    found = told(domain, "Questions? billing@lieferant.de")["sender_lookalike"]
    assert (found.family, found.score) == ("payee", score)
    assert found.evidence == {
        "sender_domain": domain,
        "vendor_domain": "lieferant.de",
        "page": 1,
        "box": list(BOX),
    }


@pytest.mark.parametrize(
    ("domain", "text"),
    [
        ("lieferant.de", "billing@lieferant.de"),
        ("mail.lieferant.de", "www.lieferant.de"),
        ("billing-service.io", "billing@lieferant.de"),
        ("abcd.de", "info@abce.de"),
        ("gmail.com", "me@gmaiil.com"),
        ("lieferamt.de", "Lieferant GmbH"),
        (None, "billing@lieferant.de"),
    ],
    ids=["the same", "a part of it", "another", "short names", "anybody's", "no address", "no mail"],
)
def test_the_vendors_own_domain_and_others_are_not_told(domain: str | None, text: str) -> None:
    assert told(domain, text) == {}


def test_words_of_scans_are_not_compared() -> None:
    assert told("lieferant.de", "billing@lieferamt.de", source=TextSource.OCR) == {}


def test_a_domain_that_is_nearly_one_the_vendor_wrote_from_is_told_whatever_the_page_says() -> None:
    found = told("lieferamt.de", "www.elsewhere.org", "lieferant.de")["sender_lookalike"]
    assert found.evidence == {"sender_domain": "lieferamt.de", "vendor_domain": "lieferant.de"}


def test_a_new_domain_is_told_once_three_documents_came_from_others() -> None:
    before = ["mail.lieferant.de", "lieferant.de", "bills.example.org"]
    found = told("elsewhere.org", "", *before)["sender_changed"]
    assert (found.score, found.evidence["before"]) == (0.15, ["example.org", "lieferant.de"])
    assert told("elsewhere.org", "", *before[:2]) == {}
    assert told("new.example.org", "", *before) == {}


@pytest.mark.parametrize(
    ("metadata", "domain"),
    [
        ({"email": {"from": "Ann <ann@Mail.Lieferant.DE>"}}, "mail.lieferant.de"),
        ({"email": {"from": "ann@xn--bcher-kva.example"}}, "bücher.example"),
        ({"email": {"from": "nobody"}}, None),
        ({"email": "ann@lieferant.de"}, None),
        ({"email": {"from": 7}}, None),
        ({}, None),
    ],
)
def test_the_domain_is_that_of_the_mail_that_brought_the_process(
    metadata: dict[str, Any], domain: str | None
) -> None:
    assert sender_domain(metadata) == domain


@pytest.mark.parametrize(
    ("domain", "own"),
    [("a.b.example.co.uk", "example.co.uk"), ("example.com", "example.com"), ("x.co", "x.co")],
)
def test_what_somebody_registered(domain: str, own: str) -> None:
    assert registered(domain) == own
