from docflow.domain.duplicates import duplicate_of
from docflow.domain.fraud import as_json, duplicate_exact
from docflow.domain.fraud_weights import flag
from docflow.domain.ids import new_id

EARLIER = {
    "process_id": "p",
    "document_id": "d",
    "earlier": {"number": "INV-1", "total": "119.00"},
    "number": "INV-1",
}


def test_signals_of_one_earlier_document_name_it_once_and_no_value_of_it() -> None:
    flags = as_json([duplicate_exact("p", "d"), flag("duplicate_number", "told", EARLIER)])
    found = duplicate_of(new_id(), flags)
    assert found is not None
    assert found.earlier == ({"process_id": "p", "document_id": "d"},)


def test_a_signal_of_another_family_tells_of_no_duplicate() -> None:
    assert duplicate_of(new_id(), as_json([flag("active_content", "told", {"actions": []})])) is None


def test_a_document_has_one_notification_of_its_own() -> None:
    document_id, flags = new_id(), as_json([duplicate_exact("p", "d")])
    once, again, other = (duplicate_of(one, flags) for one in (document_id, document_id, new_id()))
    assert once is not None and again is not None and other is not None
    assert once.notification_id == again.notification_id != other.notification_id
