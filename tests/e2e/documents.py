"""What the tests send, and handing it in until it was taken."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

DEMO = Path(__file__).parents[1] / "data" / "demo"
XML, TEXT_PDF, RECEIPT = (
    "xrechnung-mustermann-18383.xml",
    "saas-calendly-3189846.pdf",
    "receipt-maple-and-pine.jpg",
)
QUICK = (
    XML,
    "facturx-lieferant-471102.pdf",
    "facturx-moulin-fa-2017-0008.pdf",
    TEXT_PDF,
    "saas-contoso-training-2468.pdf",
)
MIXED = (*QUICK, "damaged-invoice.pdf", RECEIPT)
_KINDS = {".pdf": "application/pdf", ".xml": "application/xml", ".jpg": "image/jpeg"}


@dataclass(frozen=True, slots=True)
class Sample:
    """`key` tells one submission from another: it is the idempotency key and the external id."""

    key: str
    file: str
    process_type: str
    status: str
    code: str | None

    @property
    def content(self) -> bytes:
        return (DEMO / self.file).read_bytes()


def samples(files: Sequence[str]) -> list[Sample]:
    """As the demo's manifest expects them to end."""
    listed = json.loads((DEMO / "manifest.json").read_text(encoding="utf-8"))["documents"]
    expected = {each["file"]: each for each in reversed(listed)}
    return [
        Sample(
            f"{number}-{file}",
            file,
            expected[file]["process_type"],
            expected[file]["expected"]["status"],
            expected[file]["expected"].get("code"),
        )
        for number, file in enumerate(files)
    ]


def hand_in(http: httpx.Client, sample: Sample, callback_url: str, *, wait_s: int = 0) -> httpx.Response:
    """One try, repeatable: the key makes a second one the same submission."""
    return http.post(
        f"/v1/processes?wait={wait_s}",
        headers={"Idempotency-Key": sample.key},
        data={
            "process_type_id": sample.process_type,
            "external_id": sample.key,
            "ingestion_source": "api",
            "callback_url": callback_url,
        },
        files={"files": (sample.file, sample.content, _KINDS[Path(sample.file).suffix])},
    )


def hand_in_all(http: httpx.Client, given: Sequence[Sample], callback_url: str) -> dict[str, str]:
    """Key to process id. Stops quietly where the program dies under it; what has an answer 2xx is in the result."""
    taken: dict[str, str] = {}
    for sample in given:
        try:
            answer = hand_in(http, sample, callback_url)
        except httpx.TransportError:
            return taken
        assert answer.status_code == 202, answer.text
        taken[sample.key] = answer.json()["process_id"]
    return taken


def until_final(http: httpx.Client, process_id: str, within_s: float = 60) -> str:
    until = time.monotonic() + within_s
    while True:
        status = str(http.get(f"/v1/processes/{process_id}").json()["status"])
        if status in {"completed", "failed", "cancelled", "hitl_review"} or time.monotonic() > until:
            return status
        time.sleep(0.1)
