from datetime import UTC, datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from docflow.features.platform_alerts.models import PlatformMessage
from docflow.features.platform_alerts.repository import PlatformAlertRules

KEPT = timedelta(days=30)


async def evaluate_platform_alerts(session: AsyncSession) -> None:
    """Fires what is due, and forgets messages that ended long ago."""
    now = datetime.now(UTC)
    await PlatformAlertRules(session).fire(now)
    await session.execute(delete(PlatformMessage).where(PlatformMessage.finished_at < now - KEPT))
