"""In which language somebody is written to."""

from docflow.db.database import Database
from docflow.domain.notifying import Language
from docflow.features.notifications.preferences import language_of
from docflow.features.users.repository import find_login


async def letter_language(database: Database, email: str) -> Language:
    """What the person of this address chose; English for nobody, and for a platform administrator, who cannot choose."""
    async with database.nobody() as session:
        login = await find_login(session, email)
    if login is None or login.client_id is None:
        return Language.EN
    async with database.client(login.client_id) as session:
        return await language_of(session, login.client_id, login.user_id)
