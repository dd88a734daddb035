"""What one check of `docflow doctor` has to say."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    name: str
    ok: bool
    found: str
    fix: str = ""
