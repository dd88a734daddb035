"""An error inside a stream has a code and no status."""

from datetime import UTC, datetime

import httpx2
import openai
import pytest
from docflow.adapters.llm.openai.errors import translated
from docflow.domain.ports.llm import Trouble, Usage, VendorBusy, VendorRefusal

NOW = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("code", "kind", "trouble"),
    [
        ("rate_limit_exceeded", VendorBusy, Trouble.RATE_LIMITED),
        ("insufficient_quota", VendorRefusal, Trouble.BILLING),
        ("context_length_exceeded", VendorRefusal, Trouble.CONTEXT_EXCEEDED),
        ("server_error", VendorBusy, Trouble.SERVER),
        (None, VendorBusy, Trouble.SERVER),
    ],
)
def test_an_error_inside_a_stream_is_told_by_its_code(
    code: str | None, kind: type[Exception], trouble: Trouble
) -> None:
    request = httpx2.Request("POST", "https://vendor.example/v1/chat/completions")
    error = openai.APIError("it failed", request, body={"message": "it failed", "code": code})
    found = translated(error, "openai", NOW, Usage())
    assert (type(found), found.trouble) == (kind, trouble)
