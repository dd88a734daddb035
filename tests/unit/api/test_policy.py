import pytest
from docflow.domain.errors import UserError
from docflow.features.users.policy import PasswordPolicy, is_common

POLICY = PasswordPolicy(min_chars=12)


def refusal(password: str, email: str = "ada.byron@acme.com") -> str | None:
    try:
        POLICY.check(password, email=email)
    except UserError as error:
        assert [problem.pointer for problem in error.problems] == ["/password"]
        assert password[1:] not in str(error) + error.problems[0].message or len(password) == 1
        return error.problems[0].message
    return None


@pytest.mark.parametrize(
    "password", ["violet-harbour-91", "correct horse battery staple", "Žluťoučký kůň 7", "x" * 60 + "abcdefg"]
)
def test_a_long_password_that_nobody_guesses_is_taken(password: str) -> None:
    assert refusal(password) is None


@pytest.mark.parametrize("password", ["v", "violet-harb", "v" + "iolet-harbour" * 10])
def test_one_that_is_too_short_or_too_long_is_refused(password: str) -> None:
    assert refusal(password) == "must have 12 to 128 characters"


@pytest.mark.parametrize(
    "password",
    [
        "Password1234",
        "!!password!!123",
        "p@ssw0rd2026",
        "qwertyuiop12",
        "monkeymonkey",
        "dragon12dragon12",
        "aaaaaaaaaaaa",
        "abababababab",
        "abcdefghijklm",
        "zyxwvutsrqponm",
    ],
)
def test_what_everybody_tries_first_is_refused_in_its_disguises_too(password: str) -> None:
    assert refusal(password) == "is too easy to guess"


def test_the_address_may_not_be_part_of_it() -> None:
    assert refusal("I am Ada.Byron, hello") == "must not contain the address"
    assert refusal("advanced machines", email="ad@acme.com") is None


def test_what_nobody_can_see_is_refused() -> None:
    assert refusal("violet\x00harbour-91") == "must not hold control characters"


def test_the_length_is_that_of_the_normal_form() -> None:
    """What is hashed is the normal form, in which one sign for three letters is three letters."""
    assert len("harbour-\ufb03x") == 10
    assert refusal("harbour-\ufb03x") is None


def test_the_list_holds_the_ten_thousand_most_frequent() -> None:
    assert all(is_common(word) for word in ("123456", "letmein", "password123"))
    assert not is_common("violet harbour")
