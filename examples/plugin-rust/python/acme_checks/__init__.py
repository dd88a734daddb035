"""Account numbers whose check digit is wrong; the digits are worked out in Rust."""

from collections.abc import Sequence

from docflow.domain.outcomes import Finding
from docflow.domain.stages import Severity
from docflow.plugins.validators.validator import Given

from acme_checks._native import wrong_places

FIELDS = ("account_number", "customer_number")


class AccountValidator:
    name = "acme_account_validator"

    def validate(self, given: Given) -> Sequence[Finding]:
        read = [(name, str(value)) for name in FIELDS if (value := given.values.one(name)) is not None]
        wrong = wrong_places([number for _, number in read])
        return [
            Finding(
                "account_checksum",
                Severity.ERROR,
                read[place][0],
                f"{read[place][0]} has a wrong check digit",
            )
            for place in wrong
        ]
