"""What can be wrong with an expression: before it runs, and while it runs. No message holds a value."""

RULE_FAILED = "rule_failed_to_run"
RULE_TOO_COSTLY = "rule_too_costly"


class ExpressionInvalid(ValueError):
    """It cannot be used. `position` counts characters from 1."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(f"{message} (at character {position})")
        self.position = position


class ExpressionFailed(Exception):
    """It could not be answered; `code` is public."""

    code = RULE_FAILED


class TooCostly(ExpressionFailed):
    """It asks for more work than one expression may cause."""

    code = RULE_TOO_COSTLY


class ValueMissing(Exception):
    """It asks for a value that was not read, so it says nothing about this process."""
