"""How the scene's people sign in; all of them with one password."""

import base64
import json
from typing import Any

import httpx
from docflow.testing.passwords import quick_hash

PASSWORD = "password123"
HASH = quick_hash(PASSWORD)


def claims_of(token: str) -> dict[str, Any]:
    payload = token.split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))))


async def sign_in(http: httpx.AsyncClient, email: str) -> httpx.Response:
    answer = await http.post("/v1/auth/login", json={"email": email, "password": PASSWORD})
    answer.raise_for_status()
    return answer
