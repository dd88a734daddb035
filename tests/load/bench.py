"""The published figures, measured again: a table beside its bars and references, and JSON for machines.

    python -m tests.load.bench [--only NAME ...] [--json FILE]

idle    seconds to import, start and stop; memory of an idle program (Linux only)
flow    seconds from a file handed in to its result, documents in a second
requests what the gateway takes in a second, beside a bare route of the same server and pool
lists   milliseconds of lists and searches in a database of a million processes; takes some minutes
webhooks what one worker sends in a second, and the processor time of each, beside bare requests of the same egress
rows    invoices of up to 3,200 rows: is every row read or the document held, in what time and memory
rules   milliseconds of twenty rules over an invoice of fifty lines
router  what asking a model costs beside the vendor's own time, and how many questions a worker carries at once
second  what a second reading by another model costs and spares, by each rule of when to ask; needs the labelled sets
quality writes docs/quality.md: how well the labelled sets are read; needs them beside the repository
reading how well and how fast documents are read; needs the labelled sets beside the repository
receipts what the platform adds to recognising text: 60 receipts through it beside the bare engine
robustness how far the figures of the receipts hold on folds that thresholds have not seen, and on worse scans
classification how well they are told apart, of the same sets; writes its section of docs/quality.md

What it makes lies in temporary folders, and it starts programs of its own.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.load import flow, idle, requests

Figures = Mapping[str, float]

REST_S = 20.0


def _reading() -> Figures:
    from tests.load import reading

    if not reading.SHARED.is_dir():
        print("reading: left out, the labelled sets are not beside the repository")
        return {}
    reading.main(())
    return {}


def _quality() -> Figures:
    from tests.load import quality, reading

    if not reading.SHARED.is_dir():
        print("quality: left out, the labelled sets are not beside the repository")
        return {}
    return quality.main(reading.SHARED / "data")


def _rows() -> Figures:
    from tests.load import rows

    return rows.measure()


def _receipts() -> Figures:
    from tests.load import reading, receipts

    if not reading.SHARED.is_dir():
        print("receipts: left out, the labelled sets are not beside the repository")
        return {}
    return receipts.measure()


def _robustness() -> Figures:
    from tests.load import reading, robustness

    if not reading.SHARED.is_dir():
        print("robustness: left out, the labelled sets are not beside the repository")
        return {}
    return robustness.measure()


def _webhooks() -> Figures:
    from tests.load import webhooks

    return webhooks.measure()


def _classification() -> Figures:
    from tests.load import classification

    if not classification.SHARED.is_dir():
        print("classification: left out, the labelled sets are not beside the repository")
        return {}
    return classification.measure()


def _rules() -> Figures:
    from tests.load import rules

    return rules.measure()


def _router() -> Figures:
    """In a program of its own, so that its memory is its own."""
    command = [sys.executable, "-m", "tests.load.router"]
    told = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    found: Figures = json.loads(told)
    return found


def _second() -> Figures:
    from tests.load import reading, second_reading

    if not reading.SHARED.is_dir():
        print("second: left out, the labelled sets are not beside the repository")
        return {}
    return second_reading.measure()


def _lists() -> Figures:
    from tests.load import lists

    return lists.measure()


PARTS: Mapping[str, Callable[[], Figures]] = {
    "idle": lambda: idle.measure(REST_S),
    "flow": flow.measure,
    "requests": requests.measure,
    "lists": _lists,
    "webhooks": _webhooks,
    "rows": _rows,
    "rules": _rules,
    "router": _router,
    "second": _second,
    "quality": _quality,
    "reading": _reading,
    "receipts": _receipts,
    "robustness": _robustness,
    "classification": _classification,
}
#: At most so much; a name without a bar is told for comparison.
BARS: Figures = {
    "idle_pss_mb": 450.0,
    "stop_s": 5.0,
    "api_import_s": 1.5,
    "born_digital_p50_s": 0.5,
    "e_invoice_p50_s": 0.3,
    "list_p95_s": 0.015,
    "field_p95_s": 0.05,
    "receipts_wrong_accepted": 2.0,
    "receipt_ocr_cpu_p50_s": 3.0,
    "receipt_ocr_cpu_mean_s": 3.3,
    "receipts_over_ocr": 1.25,
    "rows_lost_silently": 0.0,
    "rules_50_lines_ms": 5.0,
    "rows_peak_mb": 1_200.0,
    "router_ms": 3.0,
    "router_above_sdk_ms": 3.0,
    "router_peak_mb": 150.0,
    "second_wrong_let_through": 0.0,
    "type_sure_and_wrong_share": 0.02,
    "type_mismatch_share": 0.0,
}
#: At least so much.
FLOORS: Figures = {"get_by_key_share": 0.45, "get_by_token_share": 0.45, "uploads_1mb_per_s": 100.0,
    "webhooks_per_s": 200.0,
    "router_share_at_vendor": 0.95,
    "router_share_at_1000": 0.95,
    "e_invoices_f1": 100.0, "receipts_three_f1": 87.0, "receipts_f1": 78.0, "cut_precision": 0.98,
}  # fmt: skip
_UNITS = {"_per_s": "/s", "_ms": "ms", "_s": "s", "_mb": "MB"}


def main(given: list[str]) -> int:
    """1 when a bar was missed."""
    options = _options(given)
    figures = {name: value for part in options.only or PARTS for name, value in PARTS[part]().items()}
    told = {"machine": _machine(), "figures": {name: round(value, 4) for name, value in figures.items()}}
    if options.json is not None:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    print(_table(figures))
    print(json.dumps(told))
    return any(_missed(name, value) for name, value in figures.items())


def _missed(name: str, value: float) -> bool:
    return value > BARS.get(name, value) or value < FLOORS.get(name, value)


def _options(given: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.load.bench")
    parser.add_argument("--only", action="append", choices=PARTS, help="may repeat; without it all parts")
    parser.add_argument("--json", type=Path, default=None, help="write the figures here too")
    return parser.parse_args(given)


def _machine() -> dict[str, object]:
    return {
        "system": platform.system(),
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "load_average": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
    }


def _table(figures: Figures) -> str:
    lines = [f"{'figure':32} {'measured':>10}     {'bar':>8}"]
    for name, value in figures.items():
        bar = _bar(name, value)
        lines.append(f"{name:32} {value:10.4g} {_unit(name):3} {bar}")
    return "\n".join(lines)


def _bar(name: str, value: float) -> str:
    """`<` at most, `>` at least."""
    given = f"<{BARS[name]:g}" if name in BARS else f">{FLOORS[name]:g}" if name in FLOORS else ""
    return f"{given:>8} {'MISSED' if _missed(name, value) else 'ok'}" if given else ""


def _unit(name: str) -> str:
    return next((unit for ending, unit in _UNITS.items() if name.endswith(ending)), "")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
