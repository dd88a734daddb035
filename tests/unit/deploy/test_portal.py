"""The portal in the proxy's image: the same files, the same headers and the same share of paths as the gateway's own."""

import re

import pytest
from docflow_api.edge import SECURITY_HEADERS
from docflow_api.portal import CONTENT_POLICY
from docflow_cli.portal import _SOURCES

from tests.unit.deploy.compose_file import DEPLOY, compose

CONF = (DEPLOY / "nginx" / "nginx.conf").read_text(encoding="utf-8")
RECIPE = (DEPLOY / "portal.Dockerfile").read_text(encoding="utf-8")
PORTAL = CONF[CONF.index("        location / {\n            root") :]
PROXIED = [re.compile(each) for each in re.findall(r"location ~ (\^\S+) \{", CONF)]
LIVES = dict(re.findall(r'"?(default|~\S+?)"? "([^"]+)";', CONF[CONF.index("map $uri") :].split("}")[0]))


def test_the_proxy_sends_the_portal_with_the_gateways_content_policy() -> None:
    assert re.findall(r'add_header Content-Security-Policy "([^"]+)";', PORTAL) == [CONTENT_POLICY]


def test_what_the_gateway_puts_on_every_answer_stands_on_the_portals_files_too() -> None:
    added = {name.lower(): value for name, value in re.findall(r'add_header (\S+) "([^"]+)"', PORTAL)}
    assert {name.decode(): value.decode() for name, value in SECURITY_HEADERS}.items() <= added.items()


def test_a_header_of_the_server_is_repeated_where_others_are_added() -> None:
    """nginx drops those of the level above as soon as a location adds one."""
    [of_server, of_portal] = re.findall(r"add_header Strict-Transport-Security (.+);", CONF)
    assert of_portal == of_server


def test_what_the_proxy_says_itself_is_not_passed_on_from_the_gateway_too() -> None:
    assert "proxy_hide_header Strict-Transport-Security;" in CONF


def test_what_never_changes_is_kept_and_the_page_is_asked_for_anew() -> None:
    assert LIVES == {"default": "no-cache", "~^/assets/": "public, max-age=31536000, immutable"}


@pytest.mark.parametrize("path", ["/v1/processes", "/docs", "/openapi.json", "/healthz", "/readyz", "/v1/ws"])
def test_paths_of_the_api_are_passed_on(path: str) -> None:
    assert any(each.search(path) for each in PROXIED)


@pytest.mark.parametrize("path", ["/", "/processes", "/reviews/1", "/upload", "/docsomething", "/theme.js"])
def test_all_else_is_the_portals(path: str) -> None:
    assert not any(each.search(path) for each in PROXIED)


def test_the_image_is_built_of_all_that_the_portal_is_made_of() -> None:
    copied = set(re.findall(r"services/frontend/(\S+)", RECIPE))
    assert set(_SOURCES) <= copied


def test_the_proxy_looks_where_the_image_has_the_files() -> None:
    [target] = re.findall(r"COPY --from=build \S+ (\S+)", RECIPE)
    assert f"root {target};" in PORTAL
    assert compose()["services"]["nginx"]["build"]["dockerfile"] == "deploy/portal.Dockerfile"


def test_every_base_of_the_image_has_a_tag() -> None:
    defaults = dict(re.findall(r"^ARG (\w+)=(\S+)$", RECIPE, re.MULTILINE))
    bases = re.findall(r"^FROM \S+:\$\{(\w+)\}", RECIPE, re.MULTILINE)
    assert len(bases) == RECIPE.count("\nFROM ")
    assert all(defaults[each] not in ("", "latest") for each in bases)
