"""Why a field had to be corrected."""

import pytest
from docflow.domain.corrections import Cause, CorrectedField, cause_of
from docflow.domain.json_types import JsonScalar
from docflow.domain.values.kinds import FieldKind

MONEY, DATE, ID, PARTY = FieldKind.MONEY, FieldKind.DATE, FieldKind.ID, FieldKind.PARTY
BOX = (0.1, 0.1, 0.2, 0.2)


@pytest.mark.parametrize(
    ("before", "after", "kind", "stands", "cause"),
    [
        (None, "119.00", MONEY, True, Cause.MISSING),
        ("", "INV-1", ID, False, Cause.MISSING),
        ("119.00", None, MONEY, False, Cause.WRONG_CANDIDATE),
        ("100.00", "119.00", MONEY, True, Cause.WRONG_CANDIDATE),
        ("11900", "119.00", MONEY, True, Cause.FORMAT),
        ("2026-02-03", "2026-03-02", DATE, True, Cause.FORMAT),
        ("2026-02-03", "03.02.2026", DATE, True, Cause.FORMAT),
        ("2026-02-03", "2026-04-09", DATE, True, Cause.WRONG_CANDIDATE),
        ("ACME GMBH", "Acme GmbH", PARTY, True, Cause.FORMAT),
        ("Acrne GmbH", "Acme GmbH", PARTY, False, Cause.MISREAD),
        ("179.00", "119.00", MONEY, False, Cause.MISREAD),
        ("Customer Service", "Acme GmbH", PARTY, False, Cause.WRONG_CANDIDATE),
        ("Customer Service", "Acme GmbH", None, None, Cause.WRONG_CANDIDATE),
        ("0.00", "0", MONEY, True, Cause.FORMAT),
    ],
)
def test_the_cause_follows_from_the_values_and_the_page(
    before: JsonScalar, after: JsonScalar, kind: FieldKind | None, stands: bool | None, cause: Cause
) -> None:
    field = None if stands is None else CorrectedField(kind, 1 if stands else None, BOX if stands else None)
    assert cause_of(before, after, field) is cause


def test_a_name_in_another_spelling_was_misread() -> None:
    place = CorrectedField(PARTY, 1, BOX, is_exact=False)
    assert cause_of("Aik Huat Haruware", "Aik Huat Hardware", place) is Cause.MISREAD
