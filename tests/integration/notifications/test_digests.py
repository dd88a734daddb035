"""What a client hears of reviews that nobody has come to."""

from docflow.db.database import Database
from docflow.features.reviews.periodic import digest_reviews
from docflow.testing.factories import Tenancy

from tests.integration.api.test_reading import held
from tests.integration.engine.submitting import rows


async def test_clients_hear_once_a_day_of_reviews_that_age(
    database: Database, two_clients: tuple[Tenancy, Tenancy]
) -> None:
    acme = two_clients[0]
    process_id = await held(database, acme)
    digests = "SELECT message FROM notifications WHERE type = 'digest'"

    async def run() -> int:
        async with database.nobody() as session:
            await digest_reviews(session)
        return len(await rows(database, acme, digests))

    assert await run() == 0
    await rows(
        database,
        acme,
        "UPDATE reviews SET created_at = now() - interval '50 hours' WHERE process_id = :p RETURNING 1",
        p=process_id,
    )
    assert [await run(), await run()] == [1, 1]
    (digest,) = await rows(database, acme, digests)
    assert digest.message.startswith("1 of 1 open reviews")
