"""What a new password must be like: long enough, and none of those that everybody tries first."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from unicodedata import normalize

from docflow.domain.errors import Problem, UserError

MAX_CHARS = 128
_FEW = 4
"""A password of so few different characters is a pattern, however long it is."""
_EDGES = "0123456789!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ "
"""Digits and signs that people put before or behind a word to satisfy a rule."""
_LOOKALIKES = str.maketrans("@4301!$57", "aaeoiisst")


def normalised(password: str) -> str:
    """The form that is hashed: two keyboards that write one character differently give the same password."""
    return normalize("NFKC", password)


@dataclass(frozen=True, slots=True)
class PasswordPolicy:
    min_chars: int

    def check(self, password: str, *, email: str) -> None:
        """Raises UserError `validation_failed` that points at `/password` and says what is wrong with it."""
        wrong = self._wrong(normalised(password), email)
        if wrong is not None:
            raise UserError("this password cannot be used", problems=[Problem("/password", wrong)])

    def _wrong(self, password: str, email: str) -> str | None:
        if not self.min_chars <= len(password) <= MAX_CHARS:
            return f"must have {self.min_chars} to {MAX_CHARS} characters"
        if not password.isprintable():
            return "must not hold control characters"
        folded = password.casefold()
        local_part = email.partition("@")[0].casefold()
        if len(local_part) >= _FEW and local_part in folded:
            return "must not contain the address"
        if is_common(folded):
            return "is too easy to guess"
        return None


def is_common(folded: str) -> bool:
    """Whether it is among the passwords of known leaks, one of them in a thin disguise, or a mere pattern."""
    common = _common_passwords()
    repeated = (folded + folded).find(folded, 1)
    cores = [form.strip(_EDGES) for form in (folded, folded[:repeated])]
    forms = [folded, *cores, *(core.translate(_LOOKALIKES) for core in cores)]
    return len(set(folded)) <= _FEW or _is_row(folded) or any(form in common for form in forms)


def _is_row(folded: str) -> bool:
    """Neighbours in code order all along, such as `abcdefgh` or `87654321`."""
    steps = {ord(after) - ord(before) for before, after in pairwise(folded)}
    return steps in ({1}, {-1})


@cache
def _common_passwords() -> frozenset[str]:
    listed = files(__package__).joinpath("common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(line for line in listed.splitlines() if not line.startswith("#"))
