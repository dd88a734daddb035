"""What a wrong password or code leaves behind."""

from datetime import datetime

from docflow.db.database import Database
from docflow.domain.stages import AuditResult
from docflow.features.audit.messages import act_audit
from docflow.features.users.repository import Login
from docflow.features.users.throttle import record_attempt


async def note_failure(
    database: Database, login: Login | None, *, account: bytes, address: str, at: datetime
) -> None:
    """Counted for the throttle; where the account has a client, its audit tells of it too."""
    client_id = login.client_id if login else None
    async with database.of(client_id) as session:
        await record_attempt(session, account=account, address=address, succeeded=False)
        if login is not None and client_id is not None:
            session.add(
                act_audit(
                    client_id=client_id,
                    at=at,
                    action="login_failed",
                    result=AuditResult.FAILED,
                    payload={"user_id": str(login.user_id)},
                )
            )
