"""Sets, and the loop that reads them, over the gateway of the tests."""

import asyncio
from typing import Any
from uuid import UUID

from docflow.domain.ports.llm import Candidate, Extraction, ExtractRequest
from docflow.plugins.running import Plugins
from docflow.plugins.validators import BUILT_IN
from docflow.runtime.checks import Checks
from docflow.runtime.rereading import Rereader
from docflow.testing.factories import Tenancy
from docflow_ocr.evaluations import EvaluationLoop

from tests.integration.api.approving import approved, with_words
from tests.integration.api.conftest import World

TRUE = {"invoice_number": "INV-4711", "grand_total": "119.00"}
LINES = (("Invoice No", "INV-4711"), ("Total", "119.00 EUR"))


class Reader:
    """Reads what is true, but for what `wrong` says of a prompt: field to what it reads instead, None = nothing."""

    name = "scripted"

    def __init__(self) -> None:
        self.wrong: dict[UUID | None, dict[str, str | None]] = {}
        self.asked: list[ExtractRequest] = []
        self.trouble: list[Exception] = []
        self.warnings: tuple[str, ...] = ()

    async def extract(self, request: ExtractRequest) -> Extraction:
        self.asked.append(request)
        if self.trouble:
            raise self.trouble.pop(0)
        read = {**TRUE, **self.wrong.get(request.prompt_id, {})}
        fields = {name: [Candidate(text)] for name, text in read.items() if text is not None}
        return Extraction(fields, provider="scripted", model="one", warnings=self.warnings)

    async def aclose(self) -> None:
        return None


async def a_set(world: World, headers: dict[str, str], tenancy: Tenancy, documents: int = 3) -> str:
    for _ in range(documents):
        document_id = await approved(world.container.database, tenancy, TRUE, by_a_person=True)
        await with_words(world.container.database, world.blobs, tenancy, document_id, LINES)
    body = {"name": "spring", "process_type_id": tenancy.process_type_id}
    answer = await world.http.post("/v1/evaluation-sets", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["set_id"])


async def begun(world: World, headers: dict[str, str], set_id: str, **sides: Any) -> str:
    answer = await world.http.post("/v1/evaluations", json={"set_id": set_id, **sides}, headers=headers)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["evaluation_id"])


def loop_of(world: World) -> EvaluationLoop:
    container = world.container
    checks = Checks(Plugins(BUILT_IN))
    rereader = Rereader(container.blobs, container.workbench, container.provider, checks)
    return EvaluationLoop(container.database, container.workbench, rereader, container.clock)


async def read_all(world: World) -> None:
    """Until nothing is due."""
    loop = loop_of(world)
    while await loop.run_next(asyncio.Event()):
        pass


async def shown(world: World, headers: dict[str, str], evaluation_id: str) -> dict[str, Any]:
    answer = await world.http.get(f"/v1/evaluations/{evaluation_id}", headers=headers)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def prompt(world: World, headers: dict[str, str], tenancy: Tenancy, version: int) -> str:
    """A draft of the stage ocr."""
    body = {
        "process_type_id": tenancy.process_type_id,
        "version": version,
        "stage": "ocr",
        "prompt_template": f"Version {version}: {{{{output_schema}}}} {{{{document_text}}}}",
    }
    answer = await world.http.post("/v1/prompts", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["prompt_id"])
