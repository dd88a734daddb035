from docflow.adapters.llm.offline.reader import read_fields
from docflow.domain.ports.llm import Extraction, ExtractRequest
from docflow.domain.ports.workbench import Workbench

#: A page takes a few milliseconds; a document of 500 pages some seconds.
TIMEOUT_S = 60.0


class OfflineProvider:
    """Needs no key and no network. What it cannot read is absent; it never guesses."""

    name = "offline"

    def __init__(self, workbench: Workbench) -> None:
        self._workbench = workbench

    async def extract(self, request: ExtractRequest) -> Extraction:
        return await self._workbench.run(
            read_fields, request.pages, request.output_schema, timeout_s=TIMEOUT_S
        )

    async def aclose(self) -> None:
        return None
