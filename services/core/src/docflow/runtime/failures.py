"""What an exception means: one out of a handler for its run, any for the log."""

from docflow.domain.errors import DocflowError, PermanentError, TransientError, UserError, places_of
from docflow.domain.jobs import Run
from docflow.domain.outcomes import Fail, RetryLater

_MOST_DOUBLINGS = 8


def outcome_of(error: Exception, run: Run, *, cap_s: float) -> RetryLater | Fail:
    """The world's trouble uses up no attempt and waits longer each time; a bug is counted."""
    match error:
        case TransientError():
            wait_s = min(cap_s, error.after_s * 2.0 ** min(max(run.attempt - 1, 0), _MOST_DOUBLINGS))
            return RetryLater(error.code, error.message, after_s=wait_s, counts=False)
        case PermanentError() | UserError():
            return Fail(error.code, error.message)
        case DocflowError():
            return RetryLater(error.code, error.message)
        case _:
            return RetryLater("internal_error", "an unexpected error in the program")


def told_of(error: Exception) -> dict[str, object]:
    """For the log line of a loop that goes on: the code of the world's trouble, and where a bug came up."""
    if isinstance(error, TransientError):
        return {"code": error.code}
    return {"error": type(error).__name__, "places": places_of(error)}
