"""The words of messages, in each language."""

from uuid import UUID

import pytest
from docflow.domain.notifying import WANTABLE, Language
from docflow.features.notification_channels.languages import WORDS
from docflow.features.notification_channels.wording import Wording
from docflow.features.notifications.models import Notification


def told(title: str, message: str) -> Notification:
    return Notification(notification_id=UUID(int=1), client_id=UUID(int=2), title=title, message=message)


def wording(counts: dict[str, int], *first: Notification, language: Language) -> Wording:
    return Wording("Acme", counts, first, portal_url="https://portal.test/", language=language)


@pytest.mark.parametrize("language", Language)
def test_every_type_that_can_be_wanted_is_counted(language: Language) -> None:
    assert set(WORDS[language].counted) == set(WANTABLE)


def test_many_are_summed_up_and_the_rest_is_counted() -> None:
    first = [told("A process failed", "It ended with the code file_corrupt.") for _ in range(5)]
    words = wording({"process_failed": 7, "alert": 1}, *first, language=Language.DE)
    assert words.title == "DocFlow AI: 7 Vorgänge sind fehlgeschlagen, 1 Alarm"
    assert words.text.splitlines()[0] == "Acme: 7 Vorgänge sind fehlgeschlagen, 1 Alarm."
    assert (
        words.text.splitlines()[1] == "- Ein Vorgang ist fehlgeschlagen. Er endete mit dem Code file_corrupt."
    )
    assert "- und 3 weitere" in words.text


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ("A budget for models is at 80 %", "Ein Modellbudget ist zu 80 % verbraucht"),
        (
            "The budget of the month from 2026-11-01 (UTC) is at 100 %.",
            "Das Budget des Monats ab 2026-11-01 (UTC) ist zu 100 % verbraucht.",
        ),
        ("Reasons: a, b.", "Gründe: a, b."),
        ("Too many dead runs", "Too many dead runs"),
    ],
)
def test_what_is_kept_in_english_is_said_in_german_where_its_form_is_known(kept: str, said: str) -> None:
    assert WORDS[Language.DE].said(kept) == said
    assert WORDS[Language.EN].said(kept) == kept
