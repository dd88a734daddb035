"""Small hostile files through the whole program: the gateway, real children, the engine and its stages.

The set is made at test time by a script beside the repository; without it the test says that it was skipped.
"""

import asyncio
import json
import re
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from docflow.adapters.llm.offline.provider import OfflineProvider
from docflow.adapters.ocr.rapidocr import read_image
from docflow.adapters.workbench.processes import PoolLimits, ProcessWorkbench
from docflow.db.database import Database
from docflow.domain.stages import Stage
from docflow.features.classification.repository import TypeCatalog
from docflow.features.documents.repository import DocumentStore
from docflow.features.vendors.memory import DocumentMemory
from docflow.runtime.settings import AuthSettings, LimitSettings, Settings
from docflow.testing.engine import QUICK, ToyStage, open_worker
from docflow.testing.factories import Tenancy, add_configuration, add_tenancy, add_type
from docflow_api.app import create_app
from docflow_ocr.service import file_limits
from docflow_ocr.stages import handlers
from docflow_processor.stages import stages as processor_stages
from pydantic import SecretStr

from tests.integration.api.conftest import KeyFor, World, make_container
from tests.integration.api.conftest import key_for as key_for  # noqa: PLC0414
from tests.integration.engine.submitting import rows
from tests.unit.reading.made_files import archive, docx, external, mail, paragraph

MAKER = Path(__file__).parents[2].parent / "shared" / "hostile" / "make_hostile.py"
SECRET_OF_THE_MACHINE = "canary-file-c0ffee"
CHILD_BYTES = 2 * 1024**3
#: A child at rest; what a case may take comes on top of it.
IDLE_MB = 150

pytestmark = [
    pytest.mark.full,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not MAKER.is_file(), reason="the hostile files' maker is not beside the repository"),
]

#: Codes of the set's manifest as this program names them.
CODES = {
    "empty_file": {"file_empty"},
    "corrupt_file": {"file_corrupt"},
    "encrypted_pdf": {"file_encrypted"},
    "unsupported_type": {"file_unsupported"},
    "type_mismatch": {"file_type_mismatch"},
    "unsafe_xml": {"file_unsafe"},
    "unsafe_archive": {"file_unsupported", "file_unsafe"},
    "unreadable_image": {"file_corrupt"},
    # Longer than a multipart header may be is malformed; a part without a name is no file at all.
    "invalid_filename": {"invalid_filename", "malformed_request", "validation_failed"},
}
#: The set would take these files under a cleaned name; the gateway asks for a plain name instead.
REFUSED_NAMES = {"name_traversal", "name_backslash", "name_absolute", "name_formula", "name_bidi"}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["grand_total"],
    "properties": {
        "invoice_number": {"type": ["string", "null"], "x-kind": "id", "x-labels": ["Invoice"]},
        "seller_name": {"type": ["string", "null"], "x-kind": "party", "x-labels": ["Supplier"]},
        "grand_total": {"type": ["string", "null"], "x-kind": "money"},
    },
}


@dataclass(slots=True)
class Verdict:
    """What became of a case: refused at the door, or a final status with its code, flags and total."""

    status: str
    code: str | None = None
    flags: tuple[str, ...] = ()
    total: str | None = None


@dataclass(slots=True)
class Canary:
    url: str
    requests: list[str] = field(default_factory=list)


@contextmanager
def listening() -> Iterator[Canary]:
    """A loopback address that nobody may call."""
    canary = Canary("")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            canary.requests.append(self.path)
            self.send_response(404)
            self.end_headers()

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        canary.url = f"http://127.0.0.1:{server.server_port}/canary"
        yield canary
        server.shutdown()
        thread.join()


def made_cases(folder: Path, canary: Canary) -> list[dict[str, Any]]:
    secret = folder / "secret.txt"
    secret.write_text(SECRET_OF_THE_MACHINE)
    out = folder / "cases"
    arguments = ["--out", out, "--canary-url", canary.url, "--canary-file", secret]
    subprocess.run([sys.executable, MAKER, *map(str, arguments)], check=True, capture_output=True)
    return [json.loads(line) for line in (out / "manifest.jsonl").read_text().splitlines()]


def written_cases(folder: Path, canary: Canary) -> list[dict[str, Any]]:
    """Office files and mails that reach for addresses, files, memory or time; each asks for the canary or the secret."""
    secret = (folder / "secret.txt").as_uri()
    entity = f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY e SYSTEM "{secret}">]><w>&e;</w>'
    pictures = f"<img src='{canary.url}/i.png'><link rel=stylesheet href='{canary.url}/c.css'>"
    deep = mail()
    for _ in range(40):
        outer = mail()
        outer.add_attachment(deep)
        deep = outer
    fetching = mail()
    fetching.set_content(f"<html><body>{pictures}<p>Total 9.00</p></body></html>", subtype="html")
    template = external("attachedTemplate", f"{canary.url}/t.dotm")
    made: dict[str, tuple[bytes, str, str, list[str]]] = {
        "docx_entity": (archive({"word/document.xml": entity}), "a.docx", "reject", ["unsafe_xml"]),
        "docx_template": (docx(paragraph("Total 9.00"), word___rels__settings_dot_xml_dot_rels=template), "a.docx", "flag", []),
        "docx_macro": (docx(paragraph("Total 9.00"), word__vbaProject_dot_bin=b"x"), "a.docm", "flag", []),
        "xlsx_entity": (archive({"xl/workbook.xml": entity}), "a.xlsx", "reject", ["unsafe_xml"]),
        "xlsx_bomb": (
            archive({"xl/workbook.xml": "<a/>", "xl/worksheets/sheet1.xml": b" " * (200 << 20)}), "a.xlsx", "reject",
            ["expansion_limit"],
        ),
        "html_fetches": (f"<html><body>{pictures}Total 9.00</body></html>".encode(), "a.html", "accept", []),
        "html_script": (b"<html><body>Total 9.00<script>x()</script></body></html>", "a.html", "flag", []),
        "html_deep": (b"<html>" + b"<div>" * 200_000 + b"Total 9.00", "a.html", "either", []),
        "mail_fetches": (fetching.as_bytes(), "a.eml", "accept", []),
        "mail_deep": (deep.as_bytes(), "a.eml", "reject", ["file_unsafe"]),
        "csv_quotes": (b'a,b\n"' + b"x" * 3_000_000, "a.csv", "reject", ["expansion_limit", "corrupt_file"]),
    }  # fmt: skip
    cases = []
    for name, (data, file_name, expect, error) in made.items():
        (folder / "cases" / name).write_bytes(data)
        given = {
            "case": name,
            "file": name,
            "upload_name": file_name,
            "claimed_type": "application/octet-stream",
        }
        cases.append({**given, "expect": expect, "error": error, "must": "", "seconds": 20, "peak_mb": 300})
    return cases


@asynccontextmanager
async def working(database: Database) -> AsyncIterator[tuple[World, ProcessWorkbench]]:
    """A gateway and a worker with real children over one database."""
    pools = {name: PoolLimits(1, CHILD_BYTES) for name in ("parse", "ocr")}
    async with aclosing(ProcessWorkbench(pools)) as workbench:
        given = Settings(
            _env_file=None,
            auth=AuthSettings(secret=SecretStr("s" * 43)),
            limits=LimitSettings(requests_per_minute=None),
        )
        container = replace(make_container(database), settings=given, workbench=workbench)
        store = DocumentStore(database)
        reading = handlers(
            blobs=container.blobs,
            workbench=workbench,
            provider=OfflineProvider(workbench),
            read_image=read_image,
            duplicates=store,
            memory=DocumentMemory(database),
            pages=store,
            types=TypeCatalog(database),
            limits=file_limits(given.limits),
        )
        quick = QUICK.model_copy(update={"heartbeat_s": 2.0, "expiry_s": 60.0, "jobs_in_flight": 2})
        async with (
            open_worker(database, (*reading, *processor_stages(), ToyStage(Stage.OUTPUT)), settings=quick),
            httpx.AsyncClient(
                transport=httpx.ASGITransport(create_app(container)), base_url="http://gateway.test"
            ) as http,
        ):
            yield World(container, http), workbench


async def verdict_of(
    world: World,
    database: Database,
    tenancy: Tenancy,
    headers: dict[str, str],
    case: dict[str, Any],
    data: bytes,
) -> Verdict:
    answer = await world.http.post(
        "/v1/processes",
        headers=headers,
        files={"files": (case["upload_name"], data, case["claimed_type"])},
        data={"process_type_id": tenancy.process_type_id},
    )
    if answer.status_code != 202:
        problem = answer.json()
        assert answer.status_code < 500, (case["case"], problem)
        return Verdict("refused", problem.get("code"))
    process_id = answer.json()["process_id"]
    async with asyncio.timeout(case["seconds"] * 4):
        while True:
            (row,) = await rows(
                database,
                tenancy,
                "SELECT p.status, coalesce(p.error_code, d.error_code), d.fraud_flags,"
                " p.extraction_result #>> '{fields,grand_total,value}' FROM processes p"
                " JOIN documents d USING (process_id) WHERE p.process_id = :p ORDER BY d.position LIMIT 1",
                p=process_id,
            )
            if row[0] in ("completed", "failed", "hitl_review"):
                return Verdict(row[0], row[1], tuple(flag["code"] for flag in row[2]), row[3])
            await asyncio.sleep(0.05)


def complaint(case: dict[str, Any], found: Verdict) -> str | None:
    """Why a verdict is not the one the set asks for."""
    refused = found.status in ("refused", "failed")
    wanted = {name for code in case["error"] for name in CODES.get(code, {code})}
    if case["case"] in REFUSED_NAMES and found.code == "invalid_filename":
        return None
    if case["expect"] == "accept" and refused:
        return f"refused with {found.code}"
    if case["expect"] == "reject" and not refused:
        return f"accepted: {found}"
    if case["expect"] == "flag" and not (refused or found.flags or found.status == "hitl_review"):
        return "accepted without a flag"
    if refused and case["error"] and found.code not in wanted:
        return f"refused with {found.code}, not {sorted(wanted)}"
    stated = re.search(r"total (?:stays |is read: )?(\d+\.\d\d)", case["must"])
    if stated and not refused and found.total != stated[1]:
        return f"total {found.total}, not {stated[1]}"
    return None


def children_mb() -> dict[str, int]:
    """The most memory that each child of this program ever held, by process id; empty where /proc is not there."""
    task = Path("/proc/self/task")
    if not task.is_dir():
        return {}
    pids = {pid for each in task.iterdir() for pid in (each / "children").read_text().split()}
    peaks = {}
    for pid in pids:
        status = Path(f"/proc/{pid}/status")
        if status.is_file() and (held := re.search(r"VmHWM:\s+(\d+)", status.read_text())):
            peaks[pid] = int(held[1]) // 1024
    return peaks


async def everything_stored(world: World, database: Database, tenancy: Tenancy) -> str:
    kept = await rows(
        database,
        tenancy,
        "SELECT concat(extracted_data, ocr_text, fraud_flags, error_message) FROM documents"
        " UNION ALL SELECT concat(extraction_result, final_output, error_message) FROM processes",
    )
    words = [await world.blobs.get(key) for key in await world.stored(tenancy) if ".words/" in key]
    return "\n".join([*(row[0] for row in kept), *(one.decode("utf-8", "replace") for one in words)])


async def test_every_hostile_file_ends_as_it_should(
    database: Database, owner_database: Database, key_for: KeyFor, tmp_path: Path
) -> None:
    plain = await add_tenancy(owner_database, "hostile")
    process_type = await add_type(database, "hostile.read", client_id=plain.client_id)
    config = await add_configuration(database, plain.client_id, process_type, output_schema=SCHEMA)
    tenancy = replace(plain, process_type_id=process_type, config_id=config)
    headers = await key_for(tenancy)
    complaints: dict[str, str] = {}
    with listening() as canary:
        cases = made_cases(tmp_path, canary) + written_cases(tmp_path, canary)
        async with working(database) as (world, _):
            for case in cases:
                data = (tmp_path / "cases" / case["file"]).read_bytes()
                found = await verdict_of(world, database, tenancy, headers, case, data)
                if (wrong := complaint(case, found)) is not None:
                    complaints[case["case"]] = wrong
            stored = await everything_stored(world, database, tenancy)
            peaks = children_mb()
        lost = await rows(database, tenancy, "SELECT count(*) FROM stage_runs WHERE losses > 0")
    assert complaints == {}
    assert canary.requests == []
    assert SECRET_OF_THE_MACHINE not in stored
    assert lost[0][0] == 0
    assert max(peaks.values(), default=0) <= IDLE_MB + max(case["peak_mb"] for case in cases), peaks
