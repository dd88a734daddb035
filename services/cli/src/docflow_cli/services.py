"""The services of this program, by the names that `docflow run` takes."""

from collections.abc import Sequence
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
    return tuple(import_module(f"{PACKAGES[name]}.service").SERVICE for name in names)
