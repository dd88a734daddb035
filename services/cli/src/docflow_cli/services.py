"""The services of this program, by the names that `docflow run` takes."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from docflow.runtime.service import Service

PACKAGES = {
    "backend-api": "docflow_api",
    "worker-ocr": "docflow_ocr",
    "worker-processor": "docflow_processor",
    "worker-output": "docflow_output",
    "service-audit": "docflow_audit",
}


def load(names: Sequence[str] = tuple(PACKAGES)) -> "tuple[Service, ...]":
    """Import these services only: a worker alone does not carry the web server."""
    with _kept():
        return tuple(import_module(f"{PACKAGES[name]}.service").SERVICE for name in names)


@contextmanager
def _kept() -> Iterator[None]:
    """What is imported here lives as long as the process: the collector walks it neither now nor ever after."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
