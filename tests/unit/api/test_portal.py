import gzip
import os
from pathlib import Path

import httpx
import pytest
from docflow_api.portal import Portal
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

PAGE = {"accept": "text/html,*/*"}


async def api(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("the API", status_code=404)(scope, receive, send)


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<title>portal</title>")
    (tmp_path / "assets" / "app-1.js").write_text("run()")
    (tmp_path / "assets" / "app-1.js.gz").write_bytes(gzip.compress(b"run()"))
    return tmp_path


async def get(folder: Path, path: str, **headers: str) -> httpx.Response:
    transport = httpx.ASGITransport(Portal(api, folder=folder))
    async with httpx.AsyncClient(transport=transport, base_url="http://portal") as http:
        return await http.get(path, headers=headers)


@pytest.mark.parametrize("path", ["/", "/reviews/1", "/v10"])
async def test_every_page_is_the_portal(built: Path, path: str) -> None:
    answer = await get(built, path, **PAGE)
    assert (answer.status_code, answer.text) == (200, "<title>portal</title>")
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["/v1/nothing", "/docs", "/openapi.json", "/healthz", "/metrics", "/v1"])
async def test_what_is_the_apis_stays_the_apis(built: Path, path: str) -> None:
    assert (await get(built, path, **PAGE)).text == "the API"


async def test_a_file_that_is_not_there_is_no_page(built: Path) -> None:
    assert (await get(built, "/assets/old.js", accept="*/*")).status_code == 404


async def test_a_named_file_is_kept_for_ever_and_comes_compressed(built: Path) -> None:
    answer = await get(built, "/assets/app-1.js")
    assert answer.text == "run()"
    assert answer.headers["content-encoding"] == "gzip"
    assert "immutable" in answer.headers["cache-control"]
    plain = await get(built, "/assets/app-1.js", **{"accept-encoding": "identity"})
    assert (plain.text, plain.headers.get("content-encoding")) == ("run()", None)


async def test_no_script_but_the_portals_own_may_run(built: Path) -> None:
    policy = (await get(built, "/", **PAGE)).headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy


async def test_nothing_outside_the_folder_is_served(built: Path, tmp_path: Path) -> None:
    (built.parent / "secret.txt").write_text("secret")
    answer = await get(built, "/../secret.txt")
    assert "secret" not in answer.text


async def test_a_portal_that_is_not_built_says_so_and_is_shown_once_it_is(tmp_path: Path) -> None:
    portal = Portal(api, folder=tmp_path)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(portal), base_url="http://portal") as http:
        waiting = await http.get("/", headers=PAGE)
        assert (waiting.status_code, waiting.headers["retry-after"]) == (503, "3")
        (tmp_path / "index.html").write_text("first")
        assert (await http.get("/", headers=PAGE)).text == "first"
        (tmp_path / "index.html").write_text("second")
        os.utime(tmp_path / "index.html", (1, 1))
        assert (await http.get("/", headers=PAGE)).text == "second"
