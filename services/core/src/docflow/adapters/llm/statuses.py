"""What an answer's status tells where its body tells nothing."""

from docflow.domain.ports.llm import Trouble

BUSY = {
    408: Trouble.TIMEOUT, 409: Trouble.SERVER, 429: Trouble.RATE_LIMITED, 504: Trouble.TIMEOUT, 529: Trouble.OVERLOADED,
}  # fmt: skip
REFUSED = {
    401: Trouble.AUTH, 402: Trouble.BILLING, 403: Trouble.AUTH, 404: Trouble.MODEL_UNKNOWN, 413: Trouble.TOO_LARGE,
}  # fmt: skip
