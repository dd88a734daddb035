import pytest
from docflow.domain.output_schema import FieldSpec
from docflow.domain.values.kinds import FieldKind
from docflow.features.reading.invoice_names import term_of


@pytest.mark.parametrize(
    ("label", "term"),
    [
        ("Währung", "currency"),
        ("Fälligkeitsdatum", "due_date"),
        ("Numéro facture", "invoice_number"),
        ("Total amount", "grand_total"),
        ("Irgendwas", "x"),
    ],
)
def test_a_label_names_its_term_with_and_without_accents(label: str, term: str) -> None:
    assert term_of(FieldSpec("x", FieldKind.TEXT, (label,))) == term
