"""What the gateway itself costs: requests and uploads in a second, beside a bare route of the same server and pool.

Shares and rates come from interleaved turns of one run, so a busy machine weighs on both sides.
"""

import json
import math
import os
import statistics
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.load.homes import a_home

TURNS = 3
SECONDS = 2.0
CONNECTIONS = 16
UPLOADS_AT_ONCE = 8
FILE_BYTES = 1024 * 1024
_BOUNDARY = b"docflow-load-boundary"

Figures = dict[str, float]


def measure() -> Figures:
    with a_home() as home, gateway(str(home)) as at:
        requests = {
            "bare": _get("/bare"),
            "get_by_key": _get(f"/v1/processes/{at['process_id']}", at["key"]),
            "get_by_token": _get(f"/v1/processes/{at['process_id']}", at["token"]),
        }
        for request in requests.values():
            rate(at["port"], request, seconds=1.0)
        turns = [{name: _turn(at, request) for name, request in requests.items()} for _ in range(TURNS)]
        return {
            **{f"{name}_per_s": _middle(turn[name][0] for turn in turns) for name in requests},
            **{f"{name}_cpu_s": _middle(turn[name][1] for turn in turns) for name in requests},
            **{
                f"{name}_share": _middle(turn[name][0] / turn["bare"][0] for turn in turns)
                for name in ("get_by_key", "get_by_token")
            },
            **_uploads(at),
        }


def _turn(
    at: Mapping[str, Any], request: bytes, status: bytes = b"200", connections: int = CONNECTIONS
) -> tuple[float, float]:
    """Answers in a second, and the seconds of the gateway's own processor time each took."""
    before = _cpu_s(at["pid"])
    found = rate(at["port"], request, status, connections)
    return found, (_cpu_s(at["pid"]) - before) / (found * SECONDS)


def _cpu_s(pid: int) -> float:
    """Of the one process, without the database's; nan where the system does not tell (not Linux)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except FileNotFoundError:
        return math.nan
    user, system = stat.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _middle(values: Iterable[float]) -> float:
    return statistics.median(values)


def _uploads(at: Mapping[str, Any]) -> Figures:
    """Beside a bare route that takes as much and puts it durably."""
    requests = {
        "bare_files_1mb": _post(at, "/bare/files", "application/pdf", _file()),
        "uploads_1mb": _form(at),
        "raw_uploads_1mb": _raw(at),
    }
    for request in requests.values():
        rate(at["port"], request, b"202", UPLOADS_AT_ONCE, seconds=1.0)
    turns = [
        {name: _turn(at, request, b"202", UPLOADS_AT_ONCE) for name, request in requests.items()}
        for _ in range(TURNS)
    ]
    return {
        **{f"{name}_per_s": _middle(turn[name][0] for turn in turns) for name in requests},
        **{f"{name}_cpu_s": _middle(turn[name][1] for turn in turns) for name in requests},
        **{
            f"{name}_share": _middle(turn[name][0] / turn["bare_files_1mb"][0] for turn in turns)
            for name in ("uploads_1mb", "raw_uploads_1mb")
        },
    }


@contextmanager
def gateway(home: str) -> Iterator[dict[str, Any]]:
    """A gateway in a process of its own: its port, a key, a token, a process and a type."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.load.gateway", home], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        said = process.stdout.readline()
        if not said:
            raise SystemExit("the gateway did not start")
        yield {**json.loads(said), "pid": process.pid}
    finally:
        process.stdin.close()
        process.stdout.close()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def rate(
    port: int,
    request: bytes,
    status: bytes = b"200",
    connections: int = CONNECTIONS,
    *,
    seconds: float = SECONDS,
) -> float:
    """Answers in a second."""
    given = [str(port), str(seconds), str(connections), status.decode()]
    done = subprocess.run(
        [sys.executable, "-m", "tests.load.driver", *given], input=request, stdout=subprocess.PIPE, check=True
    )
    return float(done.stdout)


def _get(path: str, token: str | None = None) -> bytes:
    proof = f"Authorization: Bearer {token}\r\n" if token else ""
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{proof}\r\n".encode()


def _post(at: Mapping[str, Any], path: str, kind: str, body: bytes) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {at['key']}\r\n"
        f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _form(at: Mapping[str, Any]) -> bytes:
    part = b"--" + _BOUNDARY + b"\r\nContent-Disposition: form-data; name="
    body = b"".join(
        (
            part + b'"process_type_id"\r\n\r\n' + at["type"].encode() + b"\r\n",
            part + b'"files"; filename="scan.pdf"\r\nContent-Type: application/pdf\r\n\r\n',
            _file() + b"\r\n--" + _BOUNDARY + b"--\r\n",
        )
    )
    return _post(at, "/v1/processes", f"multipart/form-data; boundary={_BOUNDARY.decode()}", body)


def _raw(at: Mapping[str, Any]) -> bytes:
    path = f"/v1/processes?process_type_id={at['type']}&file_name=scan.pdf"
    return _post(at, path, "application/pdf", _file())


def _file() -> bytes:
    return (b"%PDF-1.7\n" + os.urandom(FILE_BYTES))[:FILE_BYTES]


if __name__ == "__main__":
    for name, value in measure().items():
        print(f"{name:28} {value:10.3f}")
