"""Documents that begin alike lie near each other."""

import numpy as np
from docflow.features.vendor_memory.vectors import ALIKE, PLACES, head_of, packed, unpacked, vector_of

from tests.unit.reading.made_pages import page
from tests.unit.vendor_memory.papers import harbour, nordwind


def test_a_vector_has_unit_length_and_survives_storing() -> None:
    vector = vector_of(nordwind(1).text)
    assert vector.shape == (PLACES,)
    assert abs(float(np.linalg.norm(vector)) - 1) < 1e-5
    assert len(packed(vector)) == 2 * PLACES
    assert float(unpacked([packed(vector)])[0] @ vector) > 0.999


def test_only_the_head_of_a_document_counts() -> None:
    assert len(head_of([page("x" * 79 + "\n" + "y\n" * 50)])) <= 300
    head = "a" * 10 + " vendor of many things " * 20
    assert np.array_equal(vector_of(head), vector_of(head[:300] + "something else"))


def test_invoices_of_one_vendor_are_alike_and_those_of_two_are_not() -> None:
    first, second = (vector_of(head_of([page(nordwind(n).text)])) for n in (1, 2))
    other = vector_of(head_of([page(harbour(1).text)]))
    assert float(first @ second) >= ALIKE
    assert float(first @ other) < ALIKE


def test_an_empty_document_is_like_nothing() -> None:
    assert not vector_of("").any()
