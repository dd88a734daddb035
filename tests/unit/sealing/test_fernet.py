import pytest
from docflow.adapters.sealing.fernet import FernetSealing
from docflow.domain.errors import PermanentError

OLD, NEW = "o" * 40, "n" * 40


def test_what_was_sealed_can_be_opened() -> None:
    sealing = FernetSealing([OLD])
    assert sealing.open(sealing.seal(b"whsec")) == b"whsec"


def test_sealed_bytes_do_not_show_the_secret_nor_repeat() -> None:
    sealing = FernetSealing([OLD])
    first, second = sealing.seal(b"whsec"), sealing.seal(b"whsec")
    assert b"whsec" not in first
    assert first != second


def test_after_a_rotation_old_secrets_still_open() -> None:
    assert FernetSealing([NEW, OLD]).open(FernetSealing([OLD]).seal(b"x")) == b"x"


def test_after_a_rotation_the_new_key_seals() -> None:
    assert FernetSealing([NEW]).open(FernetSealing([NEW, OLD]).seal(b"x")) == b"x"


def test_a_resealed_secret_opens_without_the_old_key() -> None:
    resealed = FernetSealing([NEW, OLD]).resealed(FernetSealing([OLD]).seal(b"x"))
    assert resealed is not None
    assert FernetSealing([NEW]).open(resealed) == b"x"


def test_what_the_first_key_sealed_is_left_as_it_is() -> None:
    assert FernetSealing([NEW, OLD]).resealed(FernetSealing([NEW]).seal(b"x")) is None


@pytest.mark.parametrize(
    "sealed", [b"", b"nonsense", FernetSealing([OLD]).seal(b"x")], ids=["empty", "nonsense", "another"]
)
def test_what_another_key_sealed_cannot_be_opened(sealed: bytes) -> None:
    with pytest.raises(PermanentError) as error:
        FernetSealing([NEW]).open(sealed)
    assert error.value.code == "sealed_unreadable"


def test_sealing_without_a_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="secret"):
        FernetSealing([])
