import pytest
from docflow.adapters.schemas.rust import failing_places
from docflow.domain.errors import PayloadTooLarge, UserError
from docflow.features.submissions.door import Submission, check_descriptions, check_fields, check_file_name
from docflow.features.submissions.service import content_hash


@pytest.mark.parametrize("name", ["invoice.pdf", "Größe 1.pdf", "no extension", "..pdf", "a" * 255])
def test_a_plain_name_is_taken(name: str) -> None:
    check_file_name(name, "/files/0")


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../x", "a/b", "C:\\x", "a\x00b", "a\nb", "x\u202efdp", "a" * 256, "é" * 128, "\ud800"],
)
def test_a_name_that_is_no_plain_name_of_one_file_is_refused(name: str) -> None:
    with pytest.raises(UserError) as refused:
        check_file_name(name, "/files/0")
    assert (refused.value.code, refused.value.problems[0].pointer) == ("invalid_filename", "/files/0")


def test_metadata_over_its_limit_is_too_large() -> None:
    with pytest.raises(PayloadTooLarge):
        check_fields(Submission((), metadata={"a": "x" * 100}), metadata_bytes=100)


def test_metadata_has_at_most_fifty_keys() -> None:
    with pytest.raises(UserError):
        check_fields(Submission((), metadata={str(n): n for n in range(51)}), metadata_bytes=10_000)


def test_the_answer_of_an_input_schema_never_holds_the_value() -> None:
    schema = {"properties": {"metadata": {"properties": {"iban": {"pattern": "^DE"}}}}}
    with pytest.raises(UserError) as refused:
        check_descriptions(schema, [{}, {"metadata": {"iban": "secret-value"}}], failing_places)
    [problem] = refused.value.problems
    assert problem.pointer == "/documents/1/metadata/iban"
    assert "secret-value" not in problem.message


def test_the_content_of_a_submission_is_compared_whatever_the_order_of_its_fields() -> None:
    one = Submission((), metadata={"a": 1, "b": 2}, external_id="x")
    two = Submission((), metadata={"b": 2, "a": 1}, external_id="x")
    assert content_hash(one) == content_hash(two)
    assert content_hash(one) != content_hash(Submission((), metadata={"a": 1, "b": 3}, external_id="x"))
