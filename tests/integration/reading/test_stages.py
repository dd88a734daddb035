"""Both stages over real documents, with real children and files; the database is stood in for by its Protocols."""

import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from docflow.adapters.llm.offline.provider import OfflineProvider
from docflow.adapters.ocr.rapidocr import read_image
from docflow.adapters.workbench.processes import PoolLimits, ProcessWorkbench
from docflow.domain.configuration import Configuration
from docflow.domain.errors import PermanentError
from docflow.domain.jobs import DocumentState, Job
from docflow.domain.outcomes import Advance, Fail, HoldForReview, StageOutcome
from docflow.domain.ports.llm import Extraction, ExtractRequest, Provider
from docflow.domain.reading import Page, TextSource, Word
from docflow.domain.stages import DocumentStatus, DuplicatePolicy, ProcessStatus, Stage
from docflow.features.classification.scoring import KnownType
from docflow.features.reading.stored_pages import object_of
from docflow.plugins.calling import GROUP
from docflow.plugins.running import Plugins
from docflow.testing.blobs import MemoryBlobs
from docflow.testing.jobs import NullLedger, make_configuration, make_job, make_process
from docflow.testing.workbench import ThreadWorkbench
from docflow_ocr.pages.inspection import FileLimits
from docflow_ocr.ports import PageRecord
from docflow_ocr.stages import handlers

DEMO = Path(__file__).parents[2] / "data" / "demo"
LIMITS = FileLimits(pages=50, image_pixels=50_000_000, page_pixels=12_000_000)
EARLIER = (UUID(int=77), UUID(int=78))

INVOICE = {
    "type": "object",
    "required": ["invoice_number", "issue_date", "seller_name", "currency", "grand_total"],
    "properties": {
        "invoice_number": {"type": "string", "x-kind": "id"},
        "issue_date": {"type": "string", "format": "date"},
        "seller_name": {"type": "string"},
        "currency": {"type": "string"},
        "net_total": {"type": ["string", "null"]},
        "tax_total": {"type": ["string", "null"]},
        "grand_total": {"type": "string"},
        "line_items": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "description": {"type": "string"},
                    "quantity": {"type": "number"},
                    "unit_price": {"type": "string", "x-kind": "money"},
                    "line_total": {"type": "string", "x-kind": "money"},
                },
            },
        },
    },
}
RECEIPT = {
    "type": "object",
    "required": ["company", "date", "total"],
    "properties": {"company": {"type": "string"}, "date": {"type": "string"}, "total": {"type": "string"}},
}


KNOWN = (
    KnownType("simple_invoice", "Invoice", "Supplier invoices and credit notes"),
    KnownType("payroll_v1", "Payslip", "Monthly payslips"),
    KnownType("expense_receipt", "Receipt", "Receipts of shops, restaurants and taxis"),
)


class OneEarlier:
    """Knows one content that was sent before."""

    def __init__(self, sha256: str = "") -> None:
        self._sha256 = sha256

    async def earlier(self, client_id: UUID, sha256: str, document_id: UUID) -> tuple[UUID, UUID] | None:
        return EARLIER if sha256 == self._sha256 else None


class SomeTypes:
    """The client's process types; none, unless a test names some."""

    def __init__(self) -> None:
        self.known: Sequence[KnownType] = ()

    async def of(self, client_id: UUID) -> Sequence[KnownType]:
        return self.known


class KeptPages:
    def __init__(self) -> None:
        self.kept: dict[UUID, Sequence[PageRecord]] = {}

    async def keep(self, client_id: UUID, document_id: UUID, pages: Sequence[PageRecord]) -> None:
        self.kept[document_id] = pages


class Reading:
    """One process of given files, taken through the stages; checkpoints become the documents' state."""

    def __init__(self, workbench: ProcessWorkbench, **config: Any) -> None:
        self.blobs, self.pages, self.ledger = MemoryBlobs(), KeptPages(), NullLedger()
        self.documents: list[DocumentState] = []
        self.duplicates = OneEarlier()
        self.provider: Provider = OfflineProvider(workbench)
        self.types = SomeTypes()
        self.more: dict[str, Any] = {}
        """What stages may be given besides."""
        self._workbench = workbench
        self._config: Configuration | None = make_configuration(**{"output_schema": INVOICE, **config})

    async def send(self, name: str, data: bytes) -> DocumentState:
        number = len(self.documents)
        key = f"client/2026-11/process/{number}"
        await self.blobs.put(key, data)
        state = DocumentState(
            UUID(int=100 + number), number, name, len(data), "", hashlib.sha256(data).hexdigest(), key,
            DocumentStatus.PENDING, None, None, None, None, None, None, (), None,
        )  # fmt: skip
        self.documents.append(state)
        return state

    async def take(self, stage: Stage) -> StageOutcome:
        stages = handlers(
            blobs=self.blobs, workbench=self._workbench, provider=self.provider, read_image=read_image,
            duplicates=self.duplicates, pages=self.pages, limits=LIMITS,
            types=self.types, **self.more,
        )  # fmt: skip
        plain = make_job(stage, make_process(), self._config)
        handler = next(one for one in stages if one.stage is stage)
        outcome = await handler.handle(
            Job(plain.run, plain.process, tuple(self.documents), self._config), self.ledger
        )
        self._keep_checkpoints()
        return outcome

    async def through(self) -> StageOutcome:
        outcome = await self.take(Stage.INGEST)
        return await self.take(Stage.INTELLIGENT_OCR) if isinstance(outcome, Advance) else outcome

    def _keep_checkpoints(self) -> None:
        changes: dict[UUID, dict[str, Any]] = {}
        for document_id, change in self.ledger.checkpoints:
            changes.setdefault(document_id, {}).update(change)
        self.documents = [_changed(state, changes.get(state.document_id, {})) for state in self.documents]


def _changed(state: DocumentState, changes: dict[str, Any]) -> DocumentState:
    names = DocumentState.__slots__
    given = {name: changes.get(name, getattr(state, name)) for name in names}
    return DocumentState(
        **{**given, "status": DocumentStatus(given["status"]), "fraud_flags": tuple(given["fraud_flags"])}
    )


@pytest.fixture(scope="module")
async def workbench() -> AsyncIterator[ProcessWorkbench]:
    pools = {"parse": PoolLimits(1, 2 << 30), "ocr": PoolLimits(1, 2 << 30, idle_s=30)}
    async with aclosing(ProcessWorkbench(pools)) as opened:
        yield opened


def demo(name: str) -> bytes:
    return (DEMO / name).read_bytes()


def fields(outcome: StageOutcome) -> dict[str, Any]:
    assert isinstance(outcome, Advance), outcome
    return {name: read["value"] for name, read in outcome.changes["extraction_result"]["fields"].items()}


async def test_an_e_invoice_in_a_pdf_is_read_from_its_xml_without_ocr(workbench: ProcessWorkbench) -> None:
    reading = Reading(workbench)
    await reading.send("invoice.pdf", demo("facturx-lieferant-471102.pdf"))
    outcome = await reading.through()
    assert fields(outcome) == {
        "invoice_number": "471102",
        "issue_date": "2018-03-05",
        "seller_name": "Lieferant GmbH",
        "currency": "EUR",
        "net_total": "473.00",
        "tax_total": "56.87",
        "grand_total": "529.87",
    }


async def test_a_value_from_xml_is_found_on_the_visible_page(workbench: ProcessWorkbench) -> None:
    reading = Reading(workbench)
    await reading.send("invoice.pdf", demo("facturx-lieferant-471102.pdf"))
    outcome = await reading.through()
    assert isinstance(outcome, Advance)
    total = outcome.changes["extraction_result"]["fields"]["grand_total"]
    assert (total["source"], total["page"], total["confidence"]) == ("xml", 2, 0.999)


async def test_the_rows_of_an_e_invoice_are_a_table(workbench: ProcessWorkbench) -> None:
    reading = Reading(workbench)
    await reading.send("invoice.xml", demo("xrechnung-mustermann-18383.xml"))
    outcome = await reading.through()
    assert isinstance(outcome, Advance)
    rows = outcome.changes["extraction_result"]["data"]["line_items"]
    assert set(rows[0]) == {"description", "quantity", "unit_price", "line_total"}


async def test_an_invoice_with_a_text_layer_is_read_without_ocr(workbench: ProcessWorkbench) -> None:
    reading = Reading(workbench)
    await reading.send("calendly.pdf", demo("saas-calendly-3189846.pdf"))
    outcome = await reading.through()
    read = fields(outcome)
    assert (read["invoice_number"], read["issue_date"], read["seller_name"], read["grand_total"]) == (
        "3189846",
        "2022-09-13",
        "Calendly LLC",
        "144.00",
    )


async def test_a_photographed_receipt_is_read_by_ocr(workbench: ProcessWorkbench) -> None:
    reading = Reading(workbench, output_schema=RECEIPT, process_type_id="expense_receipt")
    sent = await reading.send("receipt.jpg", demo("receipt-maple-and-pine.jpg"))
    outcome = await reading.through()
    assert fields(outcome)["total"] is not None
    assert (reading.documents[0].text_source, len(reading.pages.kept[sent.document_id])) == ("ocr", 1)


async def test_the_words_of_every_page_are_kept_beside_the_upload(workbench: ProcessWorkbench) -> None:
    reading = Reading(workbench)
    sent = await reading.send("calendly.pdf", demo("saas-calendly-3189846.pdf"))
    await reading.through()
    key = f"{sent.blob_key}.words/1"
    assert reading.pages.kept[sent.document_id][0].words_key == key
    assert b"Calendly" in await reading.blobs.get(key)


async def test_a_file_sent_before_is_flagged_with_what_it_repeats(workbench: ProcessWorkbench) -> None:
    reading = Reading(workbench)
    sent = await reading.send("copy.pdf", demo("facturx-lieferant-471102.pdf"))
    reading.duplicates = OneEarlier(sent.sha256)
    outcome = await reading.through()
    assert isinstance(outcome, Advance)
    assert outcome.changes["classification_result"]["fraud_detected"] is True
    assert reading.documents[0].fraud_flags[0]["evidence"] == {
        "process_id": str(EARLIER[0]),
        "document_id": str(EARLIER[1]),
    }


async def test_a_client_may_allow_duplicates(workbench: ProcessWorkbench) -> None:
    reading = Reading(workbench, duplicate_policy=DuplicatePolicy.ALLOW)
    sent = await reading.send("copy.pdf", demo("facturx-lieferant-471102.pdf"))
    reading.duplicates = OneEarlier(sent.sha256)
    await reading.take(Stage.INGEST)
    assert reading.documents[0].fraud_flags == ()


async def test_a_damaged_file_alone_fails_the_process(workbench: ProcessWorkbench) -> None:
    reading = Reading(workbench)
    await reading.send("damaged.pdf", demo("damaged-invoice.pdf"))
    outcome = await reading.through()
    assert isinstance(outcome, Fail)
    assert outcome.code == "file_corrupt"


async def test_a_damaged_file_among_others_fails_alone_and_is_noted(workbench: ProcessWorkbench) -> None:
    reading = Reading(workbench)
    await reading.send("damaged.pdf", demo("damaged-invoice.pdf"))
    await reading.send("invoice.pdf", demo("facturx-lieferant-471102.pdf"))
    outcome = await reading.through()
    assert fields(outcome)["invoice_number"] == "471102"
    assert isinstance(outcome, Advance)
    assert outcome.changes["extraction_result"]["documents"][0]["error"]["code"] == "file_corrupt"


async def test_a_repeat_reads_only_what_is_missing(workbench: ProcessWorkbench) -> None:
    reading = Reading(workbench)
    sent = await reading.send("invoice.pdf", demo("facturx-lieferant-471102.pdf"))
    first = await reading.through()
    await reading.blobs.delete(sent.blob_key)
    assert await reading.take(Stage.INTELLIGENT_OCR) == first


async def test_a_page_that_was_read_before_is_not_read_again(workbench: ProcessWorkbench) -> None:
    reading = Reading(workbench, output_schema=RECEIPT, process_type_id="expense_receipt")
    sent = await reading.send("receipt.jpg", demo("receipt-maple-and-pine.jpg"))
    words = (Word("TOTAL", (0.1, 0.1, 0.2, 0.2)), Word("7.77", (0.3, 0.1, 0.4, 0.2)))
    await reading.blobs.put(f"{sent.blob_key}.words/1", object_of(Page(1, 600, 800, words, TextSource.OCR)))
    assert fields(await reading.through())["total"] == "7.77"


async def test_where_no_type_was_named_and_none_is_known_a_person_is_asked(
    workbench: ProcessWorkbench,
) -> None:
    reading = Reading(workbench)
    await reading.send("invoice.pdf", demo("facturx-lieferant-471102.pdf"))
    await reading.take(Stage.INGEST)
    reading._config = None
    outcome = await reading.take(Stage.INTELLIGENT_OCR)
    assert isinstance(outcome, HoldForReview)
    assert [reason.code for reason in outcome.reasons] == ["type_uncertain"]
    assert outcome.changes["classification_result"]["candidates"] == []
    assert reading.documents[0].page_count == 2


async def test_a_type_left_open_is_found_and_the_document_read_as_it(workbench: ProcessWorkbench) -> None:
    reading = Reading(workbench)
    reading.types.known = KNOWN
    reading.ledger.configuration = make_configuration(output_schema=INVOICE)
    await reading.send("invoice.pdf", demo("facturx-lieferant-471102.pdf"))
    await reading.take(Stage.INGEST)
    reading._config = None
    outcome = await reading.take(Stage.INTELLIGENT_OCR)
    assert fields(outcome)["invoice_number"] == "471102"
    assert [type_id for type_id, _ in reading.ledger.pinned] == ["simple_invoice"]
    assert reading.ledger.marked == [ProcessStatus.CLASSIFYING]
    assert isinstance(outcome, Advance)
    result = outcome.changes["classification_result"]
    assert (result["process_type_id"], result["source"], result["other_type"]) == (
        "simple_invoice",
        "classified",
        None,
    )
    assert result["confidence"] > 0.9


async def test_a_type_that_cannot_be_read_by_is_left_to_a_person(workbench: ProcessWorkbench) -> None:
    reading = Reading(workbench)
    reading.types.known = KNOWN
    reading.ledger.refusal = PermanentError("publish one", code="configuration_missing")
    await reading.send("invoice.pdf", demo("facturx-lieferant-471102.pdf"))
    await reading.take(Stage.INGEST)
    reading._config = None
    outcome = await reading.take(Stage.INTELLIGENT_OCR)
    assert isinstance(outcome, HoldForReview)
    assert [reason.code for reason in outcome.reasons] == ["configuration_missing"]
    assert outcome.changes["classification_result"]["process_type_id"] is None
    assert outcome.changes["classification_result"]["candidates"][0]["process_type_id"] == "simple_invoice"


async def test_a_document_strongly_of_another_type_is_told(workbench: ProcessWorkbench) -> None:
    reading = Reading(workbench, output_schema=RECEIPT, process_type_id="payroll_v1")
    reading.types.known = KNOWN
    await reading.send("invoice.pdf", demo("facturx-lieferant-471102.pdf"))
    outcome = await reading.through()
    assert isinstance(outcome, Advance)
    result = outcome.changes["classification_result"]
    assert result["other_type"]["process_type_id"] == "simple_invoice"
    assert reading.documents[0].classification == result["other_type"]


async def test_of_an_unreadable_and_a_readable_file_the_readable_one_tells_the_type(
    workbench: ProcessWorkbench,
) -> None:
    reading = Reading(workbench)
    reading.types.known = KNOWN
    reading.ledger.configuration = make_configuration(output_schema=INVOICE)
    await reading.send("broken.pdf", demo("damaged-invoice.pdf"))
    await reading.send("invoice.pdf", demo("facturx-lieferant-471102.pdf"))
    await reading.take(Stage.INGEST)
    reading._config = None
    outcome = await reading.take(Stage.INTELLIGENT_OCR)
    assert fields(outcome)["invoice_number"] == "471102"
    assert [document.status for document in reading.documents] == [
        DocumentStatus.FAILED,
        DocumentStatus.COMPLETED,
    ]


class AskedModel:
    """Keeps what it was asked, and reads nothing."""

    name = "model"

    def __init__(self) -> None:
        self.requests: list[ExtractRequest] = []

    async def extract(self, request: ExtractRequest) -> Extraction:
        self.requests.append(request)
        return Extraction({}, provider="model", model="m")

    async def aclose(self) -> None:
        return None


async def test_a_model_is_shown_each_page_beside_its_words(workbench: ProcessWorkbench) -> None:
    reading, model = Reading(workbench), AskedModel()
    reading.provider = model
    await reading.send("calendly.pdf", demo("saas-calendly-3189846.pdf"))
    await reading.through()
    request = model.requests[0]
    assert [image.number for image in request.images] == [page.number for page in request.pages]
    for image, page in zip(request.images, request.pages, strict=True):
        assert max(image.width, image.height) <= 1568
        assert image.width / image.height == pytest.approx(page.width / page.height, rel=0.01)


def plugged(reading: Reading, name: str) -> None:
    entry = EntryPoint("theirs", f"tests.contract.workbench.strange_plugins:{name}", GROUP)
    reading.more["plugins"] = Plugins((), ThreadWorkbench(), installed=lambda: (entry,))


async def test_a_plugin_looks_at_the_pages_and_gives_signals_with_evidence(
    workbench: ProcessWorkbench,
) -> None:
    reading = Reading(workbench, plugin_name="theirs", enable_fraud_detection=True)
    plugged(reading, "Whole")
    await reading.send("invoice.pdf", demo("facturx-lieferant-471102.pdf"))
    outcome = await reading.through()
    assert isinstance(outcome, Advance)
    (document,) = reading.documents
    (flag,) = (one for one in document.fraud_flags if one["family"] == "plugin")
    assert (flag["code"], flag["score"]) == ("theirs.odd", 0.6)
    assert flag["evidence"] == {"plugin": "theirs", "fields": ["a"], "stated": {}}
    assert outcome.changes["classification_result"]["fraud_detected"]  # type: ignore[index,call-overload]
    told = outcome.changes["extraction_result"]["documents"][0]["findings"]  # type: ignore[index,call-overload]
    assert [(one["code"], one["message"]) for one in told] == [("pages", "2")]


async def test_a_plugin_that_raises_is_noted_and_the_document_is_read_all_the_same(
    workbench: ProcessWorkbench,
) -> None:
    reading = Reading(workbench, plugin_name="theirs")
    plugged(reading, "Nowhere")
    await reading.send("invoice.pdf", demo("facturx-lieferant-471102.pdf"))
    outcome = await reading.through()
    assert fields(outcome)["invoice_number"] == "471102"
    assert isinstance(outcome, Advance)
    told = outcome.changes["extraction_result"]["documents"][0]["findings"]  # type: ignore[index,call-overload]
    assert [(one["code"], one["severity"]) for one in told] == [("plugin_failed", "error")]
