"""What messages say, by language. Notifications are kept in English; a person's letters are in the language they chose."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from docflow.domain.notifying import Language, Told


@dataclass(frozen=True, slots=True)
class Words:
    """`counted` = of one and of many, in the order they are told; `sentences` turn what is kept in English, by its form.

    A sentence that has none of the forms, such as an alert rule's name, stays as it is.
    """

    counted: Mapping[str, tuple[str, str]]
    test_title: str
    test_lead: str
    more: str
    sentences: Sequence[tuple[re.Pattern[str], str]] = ()

    def said(self, sentence: str) -> str:
        for form, words in self.sentences:
            if found := form.fullmatch(sentence):
                return found.expand(words)
        return sentence


_ENGLISH = Words(
    counted={
        Told.HITL_REQUIRED: ("process waits for review", "processes wait for review"),
        Told.PROCESS_FAILED: ("process failed", "processes failed"),
        Told.LOW_CONFIDENCE: (
            "process was read with low confidence",
            "processes were read with low confidence",
        ),
        Told.FRAUD_DETECTED: ("document looks doubtful", "documents look doubtful"),
        Told.DOCUMENT_DUPLICATE: ("document repeats an earlier one", "documents repeat earlier ones"),
        Told.PROCESS_COMPLETED: ("process is complete", "processes are complete"),
        Told.QUOTA_WARNING: ("warning of a budget", "warnings of budgets"),
        Told.ALERT: ("alert", "alerts"),
    },
    test_title="test message of {client}",
    test_lead="This channel works: notifications will arrive here.",
    more="and {left} more",
)
_GERMAN = Words(
    counted={
        Told.HITL_REQUIRED: ("Vorgang wartet auf Prüfung", "Vorgänge warten auf Prüfung"),
        Told.PROCESS_FAILED: ("Vorgang ist fehlgeschlagen", "Vorgänge sind fehlgeschlagen"),
        Told.LOW_CONFIDENCE: (
            "Vorgang wurde unsicher gelesen",
            "Vorgänge wurden unsicher gelesen",
        ),
        Told.FRAUD_DETECTED: ("Dokument ist auffällig", "Dokumente sind auffällig"),
        Told.DOCUMENT_DUPLICATE: (
            "Dokument wiederholt ein früheres",
            "Dokumente wiederholen frühere",
        ),
        Told.PROCESS_COMPLETED: ("Vorgang ist abgeschlossen", "Vorgänge sind abgeschlossen"),
        Told.QUOTA_WARNING: ("Budgetwarnung", "Budgetwarnungen"),
        Told.ALERT: ("Alarm", "Alarme"),
    },
    test_title="Testnachricht von {client}",
    test_lead="Dieser Kanal funktioniert: Benachrichtigungen werden hier ankommen.",
    more="und {left} weitere",
    sentences=tuple(
        (re.compile(form), words)
        for form, words in (
            ("A process waits for review", "Ein Vorgang wartet auf Prüfung"),
            ("A process failed", "Ein Vorgang ist fehlgeschlagen"),
            ("A process is complete", "Ein Vorgang ist abgeschlossen"),
            ("A document looks doubtful", "Ein Dokument ist auffällig"),
            ("Values were read with low confidence", "Werte wurden unsicher gelesen"),
            ("A review was given to you", "Eine Prüfung wurde Ihnen zugeteilt"),
            (r"A budget for models is at (\d+) %", r"Ein Modellbudget ist zu \1 % verbraucht"),
            (
                r"The budget of the day from (\S+) \(UTC\) is at (\d+) %\.",
                r"Das Budget vom \1 (UTC) ist zu \2 % verbraucht.",
            ),
            (
                r"The budget of the month from (\S+) \(UTC\) is at (\d+) %\.",
                r"Das Budget des Monats ab \1 (UTC) ist zu \2 % verbraucht.",
            ),
            (r"Reasons: (.+)\.", r"Gründe: \1."),
            (r"It ended with the code (\w+)\.", r"Er endete mit dem Code \1."),
        )
    ),
)
WORDS: Mapping[Language, Words] = {Language.EN: _ENGLISH, Language.DE: _GERMAN}
