import pytest
from docflow.domain.errors import Forbidden
from docflow.features.users.service import SignedIn
from docflow_api.cookies import SessionCookies
from fastapi import Request, Response

SIGNED_IN = SignedIn("access", "refresh", 900)


def cookies(public_url: str = "https://docs.acme.com", host: str = "0.0.0.0") -> SessionCookies:
    return SessionCookies(public_url=public_url, host=host, refresh_ttl_s=3600)


def written(rules: SessionCookies) -> list[str]:
    response = Response()
    rules.write(response, SIGNED_IN)
    return [value.decode() for name, value in response.raw_headers if name == b"set-cookie"]


def test_over_https_the_cookies_belong_to_the_host_and_no_script() -> None:
    access, refresh = written(cookies())
    assert access.startswith("__Host-docflow_access=access;")
    assert refresh.startswith("__Host-docflow_refresh=refresh;")
    for cookie in (access, refresh):
        assert {"HttpOnly", "Secure", "Path=/", "SameSite=strict"} <= set(cookie.split("; "))
        assert "Domain" not in cookie
    assert "Max-Age=900" in access
    assert "Max-Age=3600" in refresh


@pytest.mark.parametrize(
    ("public_url", "host"),
    [
        ("http://localhost:8000", "0.0.0.0"),
        ("http://127.0.0.1:8000", "0.0.0.0"),
        ("http://[::1]:8000", "0.0.0.0"),
        ("", "127.0.0.1"),
        ("", "::1"),
    ],
)
def test_on_this_machine_without_tls_they_go_without_prefix(public_url: str, host: str) -> None:
    for cookie in written(cookies(public_url, host)):
        assert cookie.startswith("docflow_")
        assert "Secure" not in cookie
        assert "HttpOnly" in cookie


@pytest.mark.parametrize(
    ("public_url", "host"),
    [("http://docs.acme.com", "127.0.0.1"), ("https://localhost", "127.0.0.1"), ("", "0.0.0.0")],
)
def test_elsewhere_they_are_secure(public_url: str, host: str) -> None:
    assert all("Secure" in cookie for cookie in written(cookies(public_url, host)))


def request(method: str = "POST", **headers: str) -> Request:
    given = {"host": "docs.acme.com", **{name.replace("_", "-"): value for name, value in headers.items()}}
    raw = [(name.encode(), value.encode()) for name, value in given.items()]
    return Request({"type": "http", "method": method, "headers": raw, "path": "/"})


OWN = {"x_docflow_request": "1"}
TAKEN = {
    "our header alone": OWN,
    "our page": {**OWN, "origin": "https://docs.acme.com", "sec_fetch_site": "same-origin"},
    "as it was addressed": {**OWN, "origin": "https://docs.acme.com:8443", "host": "docs.acme.com:8443"},
}
REFUSED = {
    "no header of ours": {"origin": "https://docs.acme.com", "sec_fetch_site": "same-origin"},
    "another site": {**OWN, "origin": "https://evil.test"},
    "a sister site": {**OWN, "sec_fetch_site": "same-site"},
    "across sites": {**OWN, "sec_fetch_site": "cross-site"},
    "an origin that hides": {**OWN, "origin": "null"},
    "our name in another's": {**OWN, "origin": "https://docs.acme.com.evil.test"},
    "another port": {**OWN, "origin": "https://docs.acme.com:444"},
    "no url": {**OWN, "origin": "https://[x"},
}


@pytest.mark.parametrize("case", TAKEN)
def test_our_own_page_may_change_things(case: str) -> None:
    cookies().refuse_other_sites(request(**TAKEN[case]))


@pytest.mark.parametrize("case", REFUSED)
def test_other_pages_may_not(case: str) -> None:
    with pytest.raises(Forbidden) as refused:
        cookies().refuse_other_sites(request(**REFUSED[case]))
    assert refused.value.code == "csrf_refused"


def test_reading_changes_nothing_and_needs_no_header() -> None:
    cookies().refuse_other_sites(request("GET"))
