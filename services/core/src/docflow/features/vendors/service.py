"""Vendors as people see them, and what a person verified of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.db.lists import page_of_rows
from docflow.domain.errors import NotFound, Problem, UserError
from docflow.domain.paging import PageOf, PageRequest
from docflow.domain.values.iban import normal_iban, valid_iban
from docflow.features.audit.messages import act_audit
from docflow.features.vendors.models import DocumentMark, Vendor, VendorAccount


@dataclass(frozen=True, slots=True)
class Spent:
    """Completed documents in one currency; None = the documents did not say."""

    currency: str | None
    documents: int
    smallest: Decimal
    largest: Decimal


@dataclass(frozen=True, slots=True)
class VendorFacts:
    """One vendor with all that is known of it. `producers` are the programs that made its files."""

    vendor: Vendor
    accounts: Sequence[VendorAccount]
    documents: int
    last_document_at: datetime | None
    amounts: Sequence[Spent]
    producers: Sequence[str]


class Vendors:
    """The vendors of one client."""

    def __init__(self, session: AsyncSession, client_id: UUID) -> None:
        self._session = session
        self._client_id = client_id

    async def page(self, asked: PageRequest) -> PageOf[tuple[Vendor, Sequence[VendorAccount]]]:
        """Newest first, each with its accounts."""
        query = select(Vendor).where(Vendor.client_id == self._client_id)
        found = await page_of_rows(self._session, query, asked, Vendor.created_at, Vendor.vendor_id)
        accounts = await self._accounts([row.vendor_id for row in found.rows])
        return PageOf([(row, accounts.get(row.vendor_id, [])) for row in found.rows], found.next)

    async def get(self, vendor_id: UUID) -> VendorFacts:
        """Raises NotFound."""
        vendor = await self._vendor(vendor_id)
        accounts = await self._accounts([vendor_id])
        counted = (
            DocumentMark.client_id == self._client_id,
            DocumentMark.vendor_id == vendor_id,
            DocumentMark.counted_at.is_not(None),
        )
        documents, last = (
            await self._session.execute(
                select(func.count(), func.max(DocumentMark.counted_at)).where(*counted)
            )
        ).one()
        amounts = await self._session.execute(
            select(
                DocumentMark.currency,
                func.count(),
                func.min(DocumentMark.total),
                func.max(DocumentMark.total),
            )
            .where(*counted, DocumentMark.total.is_not(None), DocumentMark.is_credit.is_(False))
            .group_by(DocumentMark.currency)
            .order_by(DocumentMark.currency)
        )
        producers = await self._session.scalars(
            select(DocumentMark.producer)
            .where(*counted, DocumentMark.producer.is_not(None))
            .group_by(DocumentMark.producer)
            .order_by(func.max(DocumentMark.counted_at).desc())
            .limit(20)
        )
        return VendorFacts(
            vendor,
            accounts.get(vendor_id, []),
            documents,
            last,
            [
                Spent(currency, count, smallest or Decimal(0), largest or Decimal(0))
                for currency, count, smallest, largest in amounts
            ],
            [producer for producer in producers if producer is not None],
        )

    async def verify(self, vendor_id: UUID, iban: str, *, by: str, at: datetime) -> VendorFacts:
        """Somebody asked the vendor: this account is theirs. Kept once; who verified it first stays.

        Raises NotFound, and UserError for what is no IBAN.
        """
        account = normal_iban(iban)
        if not valid_iban(account):
            told = "is no IBAN: its length or its check digits are wrong"
            raise UserError("some values are not valid", problems=[Problem("/iban", told)])
        await self._vendor(vendor_id)
        values = {"client_id": self._client_id, "vendor_id": vendor_id, "account": account}
        new = insert(VendorAccount).values(**values, verified_at=at, verified_by=by)
        done = await self._session.execute(
            new.on_conflict_do_update(
                index_elements=["client_id", "vendor_id", "account"],
                set_={"verified_at": at, "verified_by": by},
                where=VendorAccount.verified_at.is_(None),
            ).returning(VendorAccount.account)
        )
        if done.first() is not None:
            self._session.add(
                act_audit(
                    client_id=self._client_id,
                    at=at,
                    action="bank_details_verified",
                    by=by,
                    payload={"vendor_id": str(vendor_id)},
                )
            )
        return await self.get(vendor_id)

    async def _vendor(self, vendor_id: UUID) -> Vendor:
        row = await self._session.scalar(
            select(Vendor).where(Vendor.client_id == self._client_id, Vendor.vendor_id == vendor_id)
        )
        if row is None:
            raise NotFound("no such vendor")
        return row

    async def _accounts(self, vendors: Sequence[UUID]) -> dict[UUID, list[VendorAccount]]:
        rows = await self._session.scalars(
            select(VendorAccount)
            .where(VendorAccount.client_id == self._client_id, VendorAccount.vendor_id.in_(vendors))
            .order_by(VendorAccount.created_at.desc(), VendorAccount.account)
        )
        found: dict[UUID, list[VendorAccount]] = {}
        for row in rows:
            found.setdefault(row.vendor_id, []).append(row)
        return found
