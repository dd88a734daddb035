import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from docflow.domain.errors import Unauthorized
from docflow.domain.stages import Role
from docflow.features.users.tokens import AccessTokens, key_id

SECRET = "k" * 43
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
USER, CLIENT, SESSION = uuid4(), uuid4(), uuid4()
TOKENS = AccessTokens(SECRET, issuer="docflow", audience="docflow-api", ttl_s=900)


def issued(at: datetime = NOW, **changes: Any) -> str:
    given = {"user_id": USER, "client_id": CLIENT, "role": Role.OPERATOR, "session_id": SESSION, **changes}
    return TOKENS.issue(at=at, **given)


def part(data: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(data).encode()).rstrip(b"=").decode()


def claims(**changes: Any) -> dict[str, Any]:
    payload = issued().split(".")[1]
    given = json.loads(base64.urlsafe_b64decode(payload + "=="))
    given |= changes
    return {name: value for name, value in given.items() if value is not ...}


def signed(
    payload: dict[str, Any], secret: str = SECRET, digest: Callable[..., Any] = hashlib.sha256, **header: Any
) -> str:
    head = {"alg": "HS256", "typ": "JWT", "kid": key_id(SECRET)} | header
    body = f"{part({k: v for k, v in head.items() if v is not ...})}.{part(payload)}"
    mac = hmac.new(secret.encode(), body.encode(), digest).digest()
    return f"{body}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


STAMP = int(NOW.timestamp())
BAD: dict[str, str] = {
    "nothing": "",
    "no token": "hello",
    "two parts": "a.b",
    "algorithm none": f"{part({'alg': 'none', 'typ': 'JWT', 'kid': key_id(SECRET)})}.{part(claims())}.",
    "algorithm None in other letters": f"{part({'alg': 'nOnE', 'typ': 'JWT', 'kid': key_id(SECRET)})}.{part(claims())}.",
    "empty signature": issued().rsplit(".", 1)[0] + ".",
    "another secret": signed(claims(), secret="x" * 43),
    "HS512 with the right secret": signed(claims(), digest=hashlib.sha512, alg="HS512"),
    "RS256 named over an HMAC": signed(claims(), alg="RS256"),
    "no kid": signed(claims(), kid=...),
    "a kid that is a path": signed(claims(), kid="../../dev/null"),
    "a kid that is a query": signed(claims(), kid="1' UNION SELECT 'a"),
    "its own key inside": signed(claims(), secret="own" * 20, jwk={"kty": "oct", "k": "b3du"}),
    "a critical header": signed(claims(), crit=["exp"]),
    "a place to fetch keys from": signed(claims(), jku="https://keys.test"),
    "another kind of token": signed(claims(), typ="JWE"),
    "no kind of token": signed(claims(), typ=...),
    "a kid that is no text": signed(claims(), kid=1),
    "a claim more": signed(claims(scope="admin")),
    "valid from now on": signed(claims(nbf=STAMP)),
    "expired": signed(claims(iat=STAMP - 1000, exp=STAMP - 100)),
    "expires this second": signed(claims(iat=STAMP - 900, exp=STAMP)),
    "not yet valid": signed(claims(nbf=STAMP + 60)),
    "issued in the future": signed(claims(iat=STAMP + 60, exp=STAMP + 120)),
    "lives longer than ours do": signed(claims(exp=STAMP + 86_400)),
    "another audience": signed(claims(aud="elsewhere")),
    "a list of audiences": signed(claims(aud=["docflow-api", "elsewhere"])),
    "another issuer": signed(claims(iss="elsewhere")),
    "another type": signed(claims(typ="refresh")),
    "unknown role": signed(claims(role="root")),
    "a client's token as platform admin": signed(claims(role="platform_admin")),
    "a token without client as admin": signed(claims(client_id=None, role="admin")),
    "subject is no id": signed(claims(sub="admin")),
    "a time that is text": signed(claims(exp="9999999999")),
    "a time that is true": signed(claims(iat=True)),
    "payload is a list": signed([1, 2]),
    "huge": issued() + "A" * 10_000,
    "not ASCII": issued() + "é",
    "changed payload": ".".join([issued().split(".")[0], part(claims(role="admin")), issued().split(".")[2]]),
    **{f"without {name}": signed(claims(**{name: ...})) for name in (
        "sub", "client_id", "role", "typ", "iss", "aud", "iat", "exp", "jti", "sid"
    )},
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_bad_token_is_refused(case: str) -> None:
    with pytest.raises(Unauthorized):
        TOKENS.read(BAD[case], at=NOW)


def test_a_token_of_ours_tells_who_signed_in() -> None:
    read = TOKENS.read(issued(), at=NOW + timedelta(seconds=899))
    assert (read.user_id, read.client_id, read.role, read.session_id) == (
        USER,
        CLIENT,
        Role.OPERATOR,
        SESSION,
    )


def test_a_hand_made_token_with_every_claim_is_the_same_as_ours() -> None:
    assert TOKENS.read(signed(claims()), at=NOW).user_id == USER


def test_a_token_ends_with_its_time() -> None:
    with pytest.raises(Unauthorized):
        TOKENS.read(issued(), at=NOW + timedelta(seconds=900))


def test_a_platform_admin_has_no_client() -> None:
    token = issued(client_id=None, role=Role.PLATFORM_ADMIN)
    assert TOKENS.read(token, at=NOW).client_id is None


def test_a_short_secret_is_refused_at_the_start() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        AccessTokens("k" * 31, issuer="docflow", audience="docflow-api", ttl_s=900)


def test_the_refusal_does_not_say_which_check_failed() -> None:
    told = set()
    for token in BAD.values():
        with pytest.raises(Unauthorized) as refused:
            TOKENS.read(token, at=NOW)
        told.add(refused.value.message)
    assert len(told) == 1


def test_a_token_seen_before_still_ends_at_its_time() -> None:
    token = issued()
    assert TOKENS.read(token, at=NOW).user_id == USER
    with pytest.raises(Unauthorized):
        TOKENS.read(token, at=NOW + timedelta(seconds=900))
    assert TOKENS.read(token, at=NOW).user_id == USER


OLD, OLDER = "o" * 43, "p" * 43


def tokens(secret: str, *previous: str) -> AccessTokens:
    return AccessTokens(secret, issuer="docflow", audience="docflow-api", ttl_s=900, previous=previous)


def by(secret: str) -> str:
    return tokens(secret).issue(
        user_id=USER, client_id=CLIENT, role=Role.OPERATOR, session_id=SESSION, at=NOW
    )


@pytest.mark.parametrize("secret", [SECRET, OLD, OLDER])
def test_tokens_of_earlier_secrets_are_taken_while_they_are_named(secret: str) -> None:
    assert tokens(SECRET, OLD, OLDER).read(by(secret), at=NOW).user_id == USER


def test_new_tokens_are_signed_by_the_current_secret_alone() -> None:
    token = tokens(SECRET, OLD).issue(
        user_id=USER, client_id=CLIENT, role=Role.OPERATOR, session_id=SESSION, at=NOW
    )
    assert tokens(SECRET).read(token, at=NOW).user_id == USER
    with pytest.raises(Unauthorized):
        tokens(OLD).read(token, at=NOW)


def test_a_secret_that_is_no_longer_named_counts_no_more() -> None:
    with pytest.raises(Unauthorized):
        tokens(SECRET).read(by(OLD), at=NOW)


def test_a_token_of_an_earlier_secret_expires_like_any_other() -> None:
    with pytest.raises(Unauthorized):
        tokens(SECRET, OLD).read(by(OLD), at=NOW + timedelta(seconds=900))


def test_one_secret_under_the_kid_of_another_is_refused() -> None:
    with pytest.raises(Unauthorized):
        tokens(SECRET, OLD).read(signed(claims(), secret=OLD), at=NOW)


def test_a_short_earlier_secret_is_refused_at_the_start() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        tokens(SECRET, "k" * 31)
