import time
from pathlib import Path

import pytest
from docflow.runtime.settings import ApiSettings, Settings
from docflow_cli.portal import Portal, built_meanwhile

#: Plays npm: `ci` does nothing, `run build` writes a page into the folder behind --outDir.
NPM = """#!/bin/sh
[ -f broken ] && { echo "it broke" >&2; exit 1; }
[ "$1" = run ] && mkdir -p "$5" && echo built >"$5/index.html"
exit 0
"""


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder, programs = tmp_path / "frontend", tmp_path / "bin"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "main.ts").write_text("1")
    (folder / "package-lock.json").write_text("{}")
    programs.mkdir()
    for name, text in (("npm", NPM), ("node", "#!/bin/sh\necho v22.1.0\n")):
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    return folder


def a_portal(checkout: Path) -> Portal:
    return Portal(checkout, checkout.parent / "logs" / "portal.log")


def settings_of(checkout: Path) -> Settings:
    return Settings(home=checkout.parent / "home", api=ApiSettings(portal=checkout / "dist"))


def test_a_portal_is_built_once_and_again_when_its_sources_change(checkout: Path) -> None:
    portal = a_portal(checkout)
    assert not portal.is_built()
    portal.build()
    assert portal.is_built()
    (checkout / "src" / "main.test.ts").write_text("tests are no sources")
    assert portal.is_built()
    (checkout / "src" / "main.ts").write_text("2")
    assert not portal.is_built()


def test_a_build_that_fails_leaves_the_old_portal_and_says_why(checkout: Path) -> None:
    a_portal(checkout).build()
    (checkout / "src" / "main.ts").write_text("2")
    (checkout / "broken").touch()
    with built_meanwhile(settings_of(checkout)) as build:
        assert build is not None
        build.wait(20)
        assert build.problem is not None and "npm ci failed" in build.problem
    assert (checkout / "dist" / "index.html").read_text() == "built\n"


def test_nothing_is_built_where_there_is_nothing_to_build(checkout: Path) -> None:
    a_portal(checkout).build()
    with built_meanwhile(settings_of(checkout)) as build:
        assert build is None
    (checkout / "package-lock.json").unlink()
    with built_meanwhile(settings_of(checkout)) as build:
        assert build is None


def test_a_program_that_ends_ends_its_build(checkout: Path) -> None:
    (checkout.parent / "bin" / "npm").write_text("#!/bin/sh\nexec sleep 60\n")
    began = time.monotonic()
    with built_meanwhile(settings_of(checkout)) as build:
        time.sleep(0.2)
    assert build is not None
    build.wait(10)
    assert not build.is_running
    assert time.monotonic() - began < 10
