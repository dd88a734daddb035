"""What of a client stands in the audit log."""

from uuid import UUID

from docflow.db.database import Database
from docflow.testing.factories import Tenancy

from tests.integration.engine.submitting import rows


async def logged(database: Database, tenancy: Tenancy) -> list[UUID]:
    """The ids of its records in the order of its chain."""
    found = await rows(
        database,
        tenancy,
        "SELECT audit_id FROM audit_logs WHERE client_id = :c ORDER BY seq",
        c=tenancy.client_id,
    )
    return [row.audit_id for row in found]
