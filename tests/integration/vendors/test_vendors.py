"""Vendors' history on the real engine: what makes it, what it finds, and how it is forgotten."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from docflow.adapters.llm.offline.provider import OfflineProvider
from docflow.adapters.ocr.rapidocr import read_image
from docflow.db.database import Database
from docflow.domain.errors import NotFound, UserError
from docflow.domain.file_types import XML
from docflow.domain.paging import PageRequest
from docflow.domain.transition import Decision
from docflow.features.classification.repository import TypeCatalog
from docflow.features.documents.repository import DocumentStore
from docflow.features.erasures.service import Erasing, erase
from docflow.features.stage_runs import lifecycle, submission
from docflow.features.vendors.memory import DocumentMemory
from docflow.features.vendors.service import Vendors
from docflow.testing.blobs import MemoryBlobs
from docflow.testing.engine import open_worker
from docflow.testing.factories import (
    Tenancy,
    add_configuration,
    add_document,
    add_process,
    add_tenancy,
    add_type,
)
from docflow.testing.workbench import ThreadWorkbench
from docflow_ocr.pages.inspection import FileLimits
from docflow_ocr.stages import handlers
from docflow_output.stages import stages as output_stages
from docflow_processor.stages import stages as processor_stages

from tests.integration.engine.submitting import rows, state, until_status

DEMO = Path(__file__).parents[2] / "data" / "demo"
LIMITS = FileLimits(pages=50, image_pixels=50_000_000, page_pixels=12_000_000)
INVOICE = (DEMO / "xrechnung-mustermann-18383.xml").read_bytes()
OLD, NEW = "DE79000000001234567890", "DE89370400440532013000"
TEXT = {"type": ["string", "null"]}
SCHEMA = {
    "type": "object",
    "properties": {
        "invoice_number": TEXT, "issue_date": TEXT, "seller_name": TEXT, "seller_vat_id": TEXT, "currency": TEXT,
        "grand_total": TEXT | {"x-kind": "money"}, "iban": TEXT,
    },
    "required": ["invoice_number", "seller_name"],
}  # fmt: skip


class Office:
    """One client's invoices, taken through all stages."""

    def __init__(self, database: Database, tenancy: Tenancy) -> None:
        self.database, self.tenancy, self.blobs = database, tenancy, MemoryBlobs()

    @property
    def client_id(self) -> UUID:
        return self.tenancy.client_id

    async def send(self, data: bytes, **changes: object) -> UUID:
        process_id = await add_process(self.database, self.tenancy, **changes)
        sha256 = hashlib.sha256(data).hexdigest()
        document_id = await add_document(
            self.database, self.client_id, process_id, sha256=sha256, file_name="i.xml", mime_type=XML
        )
        await self.blobs.put(f"{self.client_id}/2026-11/{process_id}/{document_id}", data)
        async with self.database.client(self.client_id) as session:
            at = datetime.now(UTC)
            await submission.start(session, client_id=self.client_id, process_id=process_id, at=at)
        await self.settle(process_id)
        return process_id

    async def settle(self, process_id: UUID) -> None:
        workbench, store = ThreadWorkbench(), DocumentStore(self.database)
        reading = handlers(
            blobs=self.blobs, workbench=workbench, provider=OfflineProvider(workbench), read_image=read_image,
            duplicates=store, pages=store, types=TypeCatalog(self.database), limits=LIMITS,
            memory=DocumentMemory(self.database),
        )  # fmt: skip
        async with open_worker(self.database, (*reading, *processor_stages(), *output_stages())):
            await until_status(
                self.database, self.tenancy, [process_id], "completed", "failed", "hitl_review"
            )

    async def approve(self, process_id: UUID, by: str) -> str:
        async with self.database.client(self.client_id) as session:
            changed = await lifecycle.decide(
                session,
                client_id=self.client_id,
                process_id=process_id,
                decision=Decision.APPROVE,
                by=by,
                at=datetime.now(UTC),
            )
        return changed.status.value

    async def status(self, process_id: UUID) -> str:
        return str((await state(self.database, self.tenancy, process_id)).status)

    async def flags(self, process_id: UUID) -> dict[str, dict[str, Any]]:
        (row,) = await self.rows("SELECT fraud_flags FROM documents WHERE process_id = :p", p=process_id)
        return {flag["code"]: flag for flag in row.fraud_flags}

    async def rows(self, sql: str, **values: object) -> Sequence[Any]:
        return await rows(self.database, self.tenancy, sql, **values)

    async def accounts(self) -> list[tuple[str, bool, bool]]:
        """Each account, whether it was seen, whether it was verified."""
        found = await self.rows(
            "SELECT account, first_seen_at IS NOT NULL AS seen, verified_at IS NOT NULL AS verified"
            " FROM vendor_accounts ORDER BY account DESC"
        )
        return [tuple(row) for row in found]

    async def vendor_id(self) -> UUID:
        (row,) = await self.rows("SELECT vendor_id FROM vendors")
        return UUID(str(row.vendor_id))

    async def verify(self, iban: str, by: str = "user:ann") -> None:
        vendor_id = await self.vendor_id()
        async with self.database.client(self.client_id) as session:
            await Vendors(session, self.client_id).verify(vendor_id, iban, by=by, at=datetime.now(UTC))

    async def erase(self, process_id: UUID) -> None:
        async with self.database.client(self.client_id) as session:
            await erase(session, Erasing(self.client_id, "user:x", datetime.now(UTC)), process_id)


@pytest.fixture
async def office(database: Database, owner_database: Database) -> Office:
    tenancy = await add_tenancy(owner_database, f"office-{uuid4().hex[:8]}")
    process_type_id = await add_type(database, f"{tenancy.slug}.payable", client_id=tenancy.client_id)
    config_id = await add_configuration(
        database, tenancy.client_id, process_type_id, output_schema=SCHEMA, confidence_threshold=0
    )
    return Office(
        database, Tenancy(tenancy.client_id, tenancy.slug, tenancy.admin_id, process_type_id, config_id)
    )


def invoice(number: str, account: str = OLD) -> bytes:
    return INVOICE.replace(b">18383<", f">{number}<".encode()).replace(OLD.encode(), account.encode())


async def test_a_completed_invoice_makes_its_vendor_known(office: Office) -> None:
    process_id = await office.send(invoice("1"))
    assert await office.status(process_id) == "completed"
    async with office.database.client(office.client_id) as session:
        found = await Vendors(session, office.client_id).get(await office.vendor_id())
    assert (found.vendor.name, found.documents, found.amounts[0].currency) == ("Mustermann GmbH", 1, "EUR")
    assert await office.accounts() == [(OLD, True, False)]


async def test_an_invoice_that_is_held_is_nobodys_history(office: Office) -> None:
    await office.send(invoice("1"))
    held = await office.send(invoice("2", NEW))
    assert await office.status(held) == "hitl_review"
    assert await office.accounts() == [(OLD, True, False)]


async def test_a_swapped_account_waits_for_two_people_and_counts_once_they_approved(office: Office) -> None:
    await office.send(invoice("1"))
    held = await office.send(invoice("2", NEW))
    flag = (await office.flags(held))["bank_details_changed"]
    assert (flag["score"], flag["evidence"]["new"]) == (0.85, [NEW])
    assert [one["account"] for one in flag["evidence"]["known"]] == [OLD]
    assert await office.approve(held, "user:ann") == "hitl_review"
    assert await office.approve(held, "user:bob") == "validating"
    await office.settle(held)
    assert await office.accounts() == [(NEW, True, False), (OLD, True, False)]


async def test_a_verified_account_is_told_no_more_and_who_verified_it_first_stays(office: Office) -> None:
    await office.send(invoice("1"))
    await office.verify("DE89 3704 0044 0532 0130 00")
    await office.verify(NEW, by="user:bob")
    later = await office.send(invoice("2", NEW))
    assert await office.status(later) == "completed"
    assert "bank_details_changed" not in await office.flags(later)
    (row,) = await office.rows("SELECT verified_by FROM vendor_accounts WHERE account = :a", a=NEW)
    assert row.verified_by == "user:ann"


async def test_what_is_verified_after_the_holding_is_no_flag_once_read_again(office: Office) -> None:
    await office.send(invoice("1"))
    held = await office.send(invoice("2", NEW))
    await office.verify(NEW)
    async with office.database.client(office.client_id) as session:
        await lifecycle.decide(
            session,
            client_id=office.client_id,
            process_id=held,
            decision=Decision.SEND_BACK,
            by="user:ann",
            at=datetime.now(UTC),
        )
    await office.settle(held)
    assert await office.status(held) == "completed"


async def test_the_same_number_otherwise_written_is_found_in_another_file(office: Office) -> None:
    first = await office.send(invoice("INV-001"))
    second = await office.send(invoice("INV001"))
    flag = (await office.flags(second))["duplicate_number"]
    assert flag["evidence"]["process_id"] == str(first)
    assert await office.status(second) == "hitl_review"


async def test_an_invoice_whose_process_failed_may_be_sent_again(office: Office) -> None:
    first = await office.send(invoice("7"))
    await office.rows("UPDATE processes SET status = 'failed' WHERE process_id = :p RETURNING 1", p=first)
    assert "duplicate_number" not in await office.flags(await office.send(invoice("7") + b"\n"))


async def test_a_part_of_a_stack_does_not_repeat_the_stack(office: Office) -> None:
    stack = await office.send(invoice("7"))
    part = await office.send(invoice("7") + b"\n", parent_process_id=stack)
    assert "duplicate_number" not in await office.flags(part)


async def test_with_fraud_detection_off_flags_are_kept_and_nothing_is_held(office: Office) -> None:
    await office.send(invoice("1"))
    version = 2
    await add_configuration(
        office.database, office.client_id, office.tenancy.process_type_id, version, output_schema=SCHEMA,
        confidence_threshold=0, enable_fraud_detection=False,
    )  # fmt: skip
    later = await office.send(invoice("2", NEW), config_version=version)
    assert await office.status(later) == "completed"
    assert "bank_details_changed" in await office.flags(later)


async def test_erasing_takes_a_documents_part_of_the_history_and_leaves_the_others(office: Office) -> None:
    first = await office.send(invoice("1"))
    second = await office.send(invoice("2", NEW))
    await office.approve(second, "user:ann")
    await office.approve(second, "user:bob")
    await office.settle(second)
    await office.erase(second)
    assert await office.accounts() == [(OLD, True, False)]
    await office.erase(first)
    assert await office.accounts() == []
    assert await office.rows("SELECT 1 FROM vendors UNION ALL SELECT 1 FROM document_marks") == []


async def test_what_a_person_verified_outlives_the_documents(office: Office) -> None:
    first = await office.send(invoice("1"))
    await office.verify(OLD)
    await office.erase(first)
    assert await office.accounts() == [(OLD, False, True)]


async def test_counting_twice_changes_nothing(office: Office) -> None:
    process_id = await office.send(invoice("1"))
    (mark,) = await office.rows("SELECT * FROM document_marks")
    given = (
        f'[{{"client_id": "{office.client_id}", "process_id": "{process_id}", "document_id": "{mark.document_id}",'
        ' "seller": "Else", "seller_key": "else", "accounts": [], "is_credit": false}]'
    )
    counted = await office.rows("SELECT count_documents(CAST(:given AS jsonb)) AS n", given=given)
    assert counted[0].n == 0
    assert [row.name for row in await office.rows("SELECT name FROM vendors")] == ["Mustermann GmbH"]


async def test_another_clients_vendors_are_not_seen_and_not_verified(
    office: Office, database: Database, owner_database: Database
) -> None:
    await office.send(invoice("1"))
    vendor_id = await office.vendor_id()
    other = await add_tenancy(owner_database, f"other-{uuid4().hex[:8]}")
    async with database.client(other.client_id) as session:
        vendors = Vendors(session, other.client_id)
        assert (await vendors.page(PageRequest(10))).rows == []
        with pytest.raises(NotFound):
            await vendors.verify(vendor_id, NEW, by="user:x", at=datetime.now(UTC))


async def test_what_is_no_iban_cannot_be_verified(office: Office) -> None:
    await office.send(invoice("1"))
    with pytest.raises(UserError):
        await office.verify("DE89370400440532013001")


async def limited(office: Office, limit: str) -> dict[str, Any]:
    """Processes are pinned to a version with this limit, and all of them wait."""
    await add_configuration(
        office.database, office.client_id, office.tenancy.process_type_id, 2, output_schema=SCHEMA,
        confidence_threshold=1, approval_limits={"EUR": limit},
    )  # fmt: skip
    return {"config_version": 2}


async def test_parts_of_a_bill_below_the_approval_limit_are_found_while_they_wait(office: Office) -> None:
    pinned = await limited(office, "240.00")
    first = await office.send(invoice("1"), **pinned)
    second = await office.send(invoice("2"), **pinned)
    assert await office.status(first) == "hitl_review"
    assert set(await office.flags(first)) & {"under_approval_limit", "split_invoices"} == {
        "under_approval_limit"
    }
    evidence = (await office.flags(second))["split_invoices"]["evidence"]
    assert (evidence["together"], evidence["approval_limit"]) == ("466.00", "240.00")
    assert [one["process_id"] for one in evidence["others"]] == [str(first)]


async def test_parts_that_failed_are_not_counted(office: Office) -> None:
    pinned = await limited(office, "240.00")
    failed = await office.send(invoice("1"), **pinned)
    await office.rows("UPDATE processes SET status = 'failed' WHERE process_id = :p RETURNING 1", p=failed)
    assert "split_invoices" not in await office.flags(await office.send(invoice("2"), **pinned))


async def test_a_mail_from_nearly_the_domain_that_the_vendor_wrote_from_is_told(office: Office) -> None:
    await office.send(invoice("1"), metadata_={"email": {"from": "bills@mail.mustermann.example"}})
    later = await office.send(invoice("2"), metadata_={"email": {"from": "bills@musterman.example"}})
    flag = (await office.flags(later))["sender_lookalike"]
    assert flag["evidence"]["vendor_domain"] == "mustermann.example"
    assert "sender_lookalike" not in await office.flags(await office.send(invoice("3")))
