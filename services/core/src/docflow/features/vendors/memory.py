"""What a client's documents tell about one that was just read, and what it leaves for those to come."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.db.database import Database
from docflow.domain.json_types import clean_text
from docflow.domain.limit_signals import Parts
from docflow.domain.payment_facts import (
    History,
    KnownAccount,
    KnownVendor,
    PastDocument,
    PaymentFacts,
    Traits,
    UsualAmounts,
)

#: Completed documents of the vendor that are looked at; older habits are not missed.
VENDOR_DOCUMENTS = 500
CLIENT_DOCUMENTS = 500
#: Of one amount or number; the newest.
ALIKE = 200
LOOKED_BACK = timedelta(days=400)
NAMES = 5000

_COLUMNS = (
    "m.document_id, m.process_id, m.seller, m.seller_key, m.vat_id, m.number, m.number_key, m.issued_on, m.total,"
    " m.currency, m.is_credit, m.producer, m.picture_hash, m.sender_domain"
)
_KEEP = text(
    "INSERT INTO document_marks (client_id, document_id, process_id, seller, seller_key, vat_id, number, number_key,"
    " issued_on, total, currency, accounts, is_credit, producer, picture_hash, sender_domain, created_at)"
    " SELECT :client_id, d.document_id, d.process_id, :seller, :seller_key, :vat_id, :number, :number_key, :issued_on,"
    " :total, :currency, :accounts, :is_credit, :producer, :picture_hash, :sender_domain, clock_timestamp()"
    " FROM documents d WHERE d.client_id = :client_id AND d.document_id = :document_id FOR KEY SHARE"
    " ON CONFLICT (client_id, document_id) DO UPDATE SET seller = excluded.seller, seller_key = excluded.seller_key,"
    " vat_id = excluded.vat_id, number = excluded.number, number_key = excluded.number_key,"
    " issued_on = excluded.issued_on, total = excluded.total, currency = excluded.currency,"
    " accounts = excluded.accounts, is_credit = excluded.is_credit, producer = excluded.producer,"
    " picture_hash = excluded.picture_hash, sender_domain = excluded.sender_domain"
    " RETURNING created_at, process_id"
)
#: A mail brings an invoice in two forms; a stack holds what was split from it; what failed is sent again.
_OF_OTHERS = (
    " JOIN documents d ON d.client_id = m.client_id AND d.document_id = m.document_id"
    " JOIN processes p ON p.client_id = m.client_id AND p.process_id = m.process_id"
    " JOIN processes own ON own.client_id = :client_id AND own.process_id = :process_id"
    " WHERE m.process_id <> own.process_id AND m.process_id IS DISTINCT FROM own.parent_process_id"
    " AND p.parent_process_id IS DISTINCT FROM own.process_id AND p.status <> 'failed'"
    " AND (p.status <> 'cancelled' OR p.error_code = 'rejected')"
    " ORDER BY m.created_at DESC"
)
_ALIKE = text(
    f"SELECT {_COLUMNS}, m.created_at AS at, d.sha256 FROM ("  # noqa: S608 - constants
    " (SELECT * FROM document_marks WHERE client_id = :client_id AND number_key = :number_key"
    " AND created_at < :before ORDER BY created_at DESC LIMIT :most)"
    " UNION"
    " (SELECT * FROM document_marks WHERE client_id = :client_id AND total = :total"
    " AND created_at < :before AND created_at > :after ORDER BY created_at DESC LIMIT :most)"
    ") m" + _OF_OTHERS
)
_PARTS = text(
    f"SELECT {_COLUMNS}, m.created_at AS at, d.sha256 FROM ("  # noqa: S608 - constants
    " SELECT * FROM document_marks WHERE client_id = :client_id AND total BETWEEN :low AND :high"
    " AND created_at < :before AND created_at > :after"
    " AND (vat_id = :vat_id OR seller_key = :seller_key) ORDER BY created_at DESC LIMIT :most) m" + _OF_OTHERS
)
_OWN = text(
    "SELECT created_at, process_id FROM document_marks WHERE client_id = :client_id AND document_id = :document_id"
)
_VENDORS = text(
    "SELECT vendor_id, name, name_key, vat_id FROM vendors WHERE client_id = :client_id"
    " AND (vat_id = :vat_id OR name_key = :seller_key)"
    " ORDER BY vat_id IS DISTINCT FROM :vat_id, created_at LIMIT 20"
)
_ACCOUNTS = text(
    "SELECT a.vendor_id, v.name, a.account, a.first_seen_at, a.last_seen_at, a.verified_at FROM vendor_accounts a"
    " JOIN vendors v ON v.client_id = a.client_id AND v.vendor_id = a.vendor_id"
    " WHERE a.client_id = :client_id AND (a.vendor_id = ANY(:vendors) OR a.account = ANY(:accounts))"
    " ORDER BY a.verified_at DESC NULLS LAST, a.last_seen_at DESC NULLS LAST LIMIT 500"
)
_DOCUMENTS = text(
    f"SELECT {_COLUMNS}, m.counted_at AS at, '' AS sha256 FROM document_marks m"  # noqa: S608 - constants
    " WHERE m.client_id = :client_id AND m.vendor_id = ANY(:vendors) AND m.counted_at IS NOT NULL"
    " AND m.document_id <> :document_id ORDER BY m.counted_at DESC LIMIT :most"
)
_NAMES = text(
    "SELECT vendor_id, name, name_key, vat_id FROM vendors WHERE client_id = :client_id"
    " AND length(name_key) BETWEEN :shortest AND :longest ORDER BY created_at DESC LIMIT :most"
)
_USUAL = text(
    "SELECT count(*) AS documents, percentile_disc(0.95) WITHIN GROUP (ORDER BY total) AS p95 FROM ("
    " SELECT total FROM document_marks WHERE client_id = :client_id AND counted_at IS NOT NULL"
    " AND currency IS NOT DISTINCT FROM CAST(:currency AS text) AND total > 0 AND NOT is_credit"
    " ORDER BY counted_at DESC LIMIT :most) AS last"
)


class DocumentMemory:
    """The memory of every client, one short transaction a document."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def recall(
        self, client_id: UUID, document_id: UUID, facts: PaymentFacts, traits: Traits
    ) -> History:
        """Keep what the document states, and give what was known before it. A repeat finds the same earlier ones.

        Two documents of one seller take turns, so that of a pair sent at once the second finds the first. Empty for a
        document that was erased meanwhile.
        """
        async with self._database.client(client_id) as session:
            await session.execute(
                text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"),
                {"name": f"document_marks {client_id} {facts.vat_id or facts.seller_key}"},
            )
            given = _given(client_id, document_id, facts, traits)
            kept = (await session.execute(_KEEP, given)).one_or_none()
            if kept is None:
                return History()
            looked = {
                **given,
                "before": kept.created_at,
                "after": kept.created_at - LOOKED_BACK,
                "most": ALIKE,
                "process_id": kept.process_id,
            }
            alike = (await session.execute(_ALIKE, looked)).all()
            return await _known(session, given, tuple(_past(row) for row in alike))

    async def parts(
        self, client_id: UUID, document_id: UUID, facts: PaymentFacts, parts: Parts
    ) -> Sequence[PastDocument]:
        """The seller's documents of such amounts that were read before this one. None for one that is not kept."""
        async with self._database.client(client_id) as session:
            own = (
                await session.execute(_OWN, {"client_id": client_id, "document_id": document_id})
            ).one_or_none()
            if own is None:
                return ()
            looked = {
                "client_id": client_id,
                "vat_id": facts.vat_id,
                "seller_key": _clean(facts.seller_key) or None,
                "low": parts.low,
                "high": parts.high,
                "after": parts.after,
                "before": own.created_at,
                "process_id": own.process_id,
                "most": ALIKE,
            }
            return tuple(_past(row) for row in await session.execute(_PARTS, looked))


async def _known(session: AsyncSession, given: dict[str, Any], alike: tuple[PastDocument, ...]) -> History:
    vendors = tuple(_vendor(row) for row in await session.execute(_VENDORS, given))
    theirs = {**given, "vendors": [vendor.vendor_id for vendor in vendors], "most": VENDOR_DOCUMENTS}
    accounts = tuple(_account(row) for row in await session.execute(_ACCOUNTS, theirs))
    if vendors:
        documents = tuple(_past(row) for row in await session.execute(_DOCUMENTS, theirs))
        return History(vendors, accounts, documents, alike)
    length = len(given["seller_key"] or "")
    span = {**given, "shortest": length - 2, "longest": length + 2, "most": NAMES}
    names = tuple(_vendor(row) for row in await session.execute(_NAMES, span)) if length else ()
    usual = (await session.execute(_USUAL, {**given, "most": CLIENT_DOCUMENTS})).one()
    amounts = UsualAmounts(usual.documents, Decimal(usual.p95)) if usual.documents else None
    return History(accounts=accounts, alike=alike, other_names=names, usual=amounts)


def _given(client_id: UUID, document_id: UUID, facts: PaymentFacts, traits: Traits) -> dict[str, Any]:
    return {
        "client_id": client_id,
        "document_id": document_id,
        "seller": _clean(facts.seller),
        "seller_key": _clean(facts.seller_key) or None,
        "vat_id": facts.vat_id,
        "number": _clean(facts.number),
        "number_key": _clean(facts.number_key) or None,
        "issued_on": facts.issued_on,
        "total": facts.total,
        "currency": _clean(facts.currency),
        "accounts": list(facts.accounts),
        "is_credit": facts.is_credit,
        "producer": _clean(traits.producer),
        "picture_hash": traits.picture_hash,
        "sender_domain": _clean(traits.sender_domain),
    }


def _clean(value: str | None) -> str | None:
    return clean_text(value) if value is not None else None


def _vendor(row: Row[Any]) -> KnownVendor:
    return KnownVendor(row.vendor_id, row.name, row.name_key, row.vat_id)


def _account(row: Row[Any]) -> KnownAccount:
    return KnownAccount(
        row.vendor_id, row.name, row.account, row.first_seen_at, row.last_seen_at, row.verified_at
    )


def _past(row: Row[Any]) -> PastDocument:
    return PastDocument(
        document_id=row.document_id,
        process_id=row.process_id,
        at=row.at,
        sha256=row.sha256,
        seller=row.seller,
        seller_key=row.seller_key or "",
        vat_id=row.vat_id,
        number=row.number,
        number_key=row.number_key or "",
        issued_on=row.issued_on,
        total=row.total,
        currency=row.currency,
        is_credit=row.is_credit,
        producer=row.producer,
        picture_hash=row.picture_hash,
        sender_domain=row.sender_domain,
    )


async def forget(session: AsyncSession, client_id: UUID, process_id: UUID) -> None:
    """Take what a process's documents told out of the history: marks, accounts and vendors that nothing else shows.

    What a person verified stays, with the vendor it belongs to.
    """
    gone = await session.execute(
        text(
            "DELETE FROM document_marks WHERE client_id = :client_id AND process_id = :process_id RETURNING vendor_id"
        ),
        {"client_id": client_id, "process_id": process_id},
    )
    vendors = sorted({row.vendor_id for row in gone if row.vendor_id is not None})
    if vendors:
        for statement in _FORGET:
            await session.execute(statement, {"client_id": client_id, "vendors": vendors})


_SEEN = (
    "SELECT {what} FROM document_marks m WHERE m.client_id = a.client_id AND m.vendor_id = a.vendor_id"
    " AND m.counted_at IS NOT NULL AND a.account = ANY(m.accounts)"
)
_FORGET: Sequence[Any] = (
    text(
        "UPDATE vendor_accounts a SET first_seen_at = ("  # noqa: S608 - constants
        + _SEEN.format(what="min(m.counted_at)")
        + "), last_seen_at = ("
        + _SEEN.format(what="max(m.counted_at)")
        + ") WHERE a.client_id = :client_id AND a.vendor_id = ANY(:vendors)"
    ),
    text(
        "DELETE FROM vendor_accounts a WHERE a.client_id = :client_id AND a.vendor_id = ANY(:vendors)"
        " AND a.first_seen_at IS NULL AND a.verified_at IS NULL"
    ),
    text(
        "DELETE FROM vendors v WHERE v.client_id = :client_id AND v.vendor_id = ANY(:vendors)"
        " AND NOT EXISTS (SELECT FROM document_marks m WHERE m.client_id = v.client_id AND m.vendor_id = v.vendor_id)"
        " AND NOT EXISTS (SELECT FROM vendor_accounts a WHERE a.client_id = v.client_id AND a.vendor_id = v.vendor_id)"
    ),
)
