"""The work of reviewers through the gateway: queue, claims, corrections, decisions, notes."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from docflow.db.database import Database
from docflow.domain.paging import Mark
from docflow.domain.stages import Role
from docflow.features.reviews.models import Review
from docflow.features.users.models import User
from docflow.testing.factories import Tenancy, add_document
from sqlalchemy import select, text, update

from tests.integration.api.conftest import KeyFor, World
from tests.integration.api.desks import desk
from tests.integration.api.test_reading import held
from tests.integration.engine.submitting import rows

Clients = tuple[Tenancy, Tenancy]
FINDING = {
    "code": "rule_failed",
    "severity": "error",
    "field": "grand_total",
    "message": "net is more than gross",
}


class Desk:
    """Somebody signed in, and the reviews of their client."""

    def __init__(self, world: World, headers: dict[str, str]) -> None:
        self.world = world
        self.headers = headers

    async def get(self, path: str, **query: Any) -> Any:
        answer = await self.world.http.get(f"/v1/reviews{path}", headers=self.headers, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def send(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        return await self.world.http.request(
            method,
            f"/v1/reviews/{path}".replace("/?", "?"),
            headers=self.headers | {name.replace("_", "-"): value for name, value in headers.items()},
            **({} if body is None else {"json": body}),
        )

    async def me(self) -> str:
        answer = await self.world.http.get("/v1/me", headers=self.headers)
        user_id: str = answer.json()["user_id"]
        return user_id

    async def correct(self, process_id: str, version: int | str, **body: Any) -> httpx.Response:
        return await self.send("PATCH", f"{process_id}/fields", body, If_Match=f'"{version}"')

    async def decide(self, process_id: str, decision: str = "approve", **more: Any) -> httpx.Response:
        return await self.send("POST", f"{process_id}/decision", {"decision": decision, **more})


@pytest.fixture
def acme(two_clients: Clients) -> Tenancy:
    return two_clients[0]


@pytest.fixture
async def ann(world: World, database: Database, acme: Tenancy) -> Desk:
    return Desk(world, await desk(world, database, acme))


@pytest.fixture
async def ben(world: World, database: Database, acme: Tenancy) -> Desk:
    return Desk(world, await desk(world, database, acme))


@pytest.fixture
async def boss(world: World, database: Database, acme: Tenancy) -> Desk:
    return Desk(world, await desk(world, database, acme, Role.ADMIN))


async def change_review(database: Database, tenancy: Tenancy, process_id: str, **columns: Any) -> None:
    async with database.client(tenancy.client_id) as session:
        await session.execute(update(Review).where(Review.process_id == UUID(process_id)).values(**columns))


async def review_of(database: Database, tenancy: Tenancy, process_id: str) -> Review:
    async with database.client(tenancy.client_id) as session:
        found: Review = (
            await session.scalars(select(Review).where(Review.process_id == UUID(process_id)))
        ).one()
        return found


async def told(database: Database, tenancy: Tenancy, action: str) -> list[dict[str, Any]]:
    found = await rows(
        database,
        tenancy,
        "SELECT payload -> 'data' -> 'payload' AS payload FROM outbox"
        " WHERE payload -> 'data' -> 'payload' ->> 'action' = :a",
        a=action,
    )
    return [row.payload for row in found]


# The queue


async def test_the_queue_is_narrowed_by_each_of_its_filters(
    ann: Desk, ben: Desk, database: Database, acme: Tenancy
) -> None:
    first, second, third = [await held(database, acme) for _ in range(3)]
    await change_review(database, acme, second, assignee=UUID(await ann.me()))
    await change_review(
        database, acme, third, reasons=[{"code": "fraud_detected", "field": None, "message": ""}]
    )
    await rows(
        database,
        acme,
        "UPDATE reviews SET created_at = created_at - interval '2 days' WHERE process_id = :p RETURNING 1",
        p=third,
    )
    await add_document(database, acme.client_id, UUID(first), file_name="Rechnung.pdf")
    await ben.send("POST", f"{first}/claim")

    async def listed(**query: Any) -> list[str]:
        return [row["process_id"] for row in (await ann.get("", **query))["data"]]

    assert await listed() == [third, first, second]
    assert await listed(reason="fraud_detected") == [third]
    assert await listed(reason=["fraud_detected", "confidence_low"]) == [third, first, second]
    assert await listed(assignee="me") == [second]
    assert await listed(assignee="none") == [third, first]
    assert await listed(claimed=True) == [first]
    assert await listed(claimed=False, process_type_id=acme.process_type_id) == [third, second]
    assert await listed(older_than_s=86_400) == [third]
    assert await listed(q="rechn") == [first]
    assert await listed(process_type_id="nothing") == []
    assert await listed(sample=True) == []


async def test_one_call_counts_what_waits_by_reason(ann: Desk, database: Database, acme: Tenancy) -> None:
    first, second = await held(database, acme), await held(database, acme)
    twice = [{"code": "confidence_low", "field": name, "message": ""} for name in ("a", "b")]
    await change_review(database, acme, second, reasons=[*twice, {"code": "rule_failed"}])
    await ann.send("POST", f"{first}/claim")
    summary = await ann.get("/summary")
    assert summary.pop("oldest_age_s") >= 0
    assert summary == {
        "open": 2,
        "assigned_to_me": 0,
        "claimed_by_me": 1,
        "claimed": 1,
        "samples": 0,
        "reasons": {"confidence_low": 2, "rule_failed": 1},
    }


async def test_one_review_shows_all_that_its_screen_needs(
    ann: Desk, database: Database, acme: Tenancy
) -> None:
    result = {"ok": False, "findings": [FINDING]}
    process_id = await held(database, acme, validation_result=result, version=4)
    answer = await ann.send("GET", process_id)
    shown = answer.json()
    assert answer.headers["ETag"] == '"4"'
    assert {one["path"]: one["kind"] for one in shown["fields_asked"]} == {
        "grand_total": "money",
        "invoice_number": "id",
    }
    assert shown["result"]["fields"]["invoice_number"]["confidence"] == 0.9
    assert shown["findings"] == [FINDING]
    assert (shown["threshold"], shown["may_approve"], shown["approvals_required"]) == (0.8, True, 1)
    assert (await ann.send("GET", str(UUID(int=1)))).status_code == 404


# Claims


async def test_a_claim_keeps_others_out_until_it_is_released(
    ann: Desk, ben: Desk, database: Database, acme: Tenancy
) -> None:
    process_id = await held(database, acme)
    claimed = (await ann.send("POST", f"{process_id}/claim")).json()
    assert claimed["claimed_by"] == await ann.me()
    assert "@" in claimed["claimed_by_name"]
    for refused in (
        await ben.send("POST", f"{process_id}/claim"),
        await ben.send("POST", f"{process_id}/release"),
        await ben.decide(process_id),
        await ben.correct(process_id, 1, fields={"grand_total": "1"}),
    ):
        problem = refused.json()
        assert (refused.status_code, problem["code"]) == (409, "state_conflict")
        assert problem["claimed_by"] == claimed["claimed_by"]
        assert problem["claimed_by_name"] == claimed["claimed_by_name"]
        assert problem["claimed_until"][:19] == claimed["claimed_until"][:19]
    assert (await ann.send("POST", f"{process_id}/release")).status_code == 204
    assert (await ann.send("POST", f"{process_id}/release")).status_code == 204
    assert (await ben.send("POST", f"{process_id}/claim")).status_code == 200
    assert [one["action"] for one in await told(database, acme, "review_claimed")] == ["review_claimed"] * 2


async def test_a_claim_leaves_the_version_alone_and_is_seen_by_those_who_follow(
    ann: Desk, world: World, database: Database, acme: Tenancy
) -> None:
    process_id = await held(database, acme, version=4)
    live = world.container.live.subscribe(acme.client_id)
    before = (await ann.get(f"/{process_id}"))["process"]["updated_at"]
    claimed = await ann.send("POST", f"{process_id}/claim")
    assert claimed.headers["ETag"] == '"4"'
    snapshot = await asyncio.wait_for(anext(live), 5)
    assert (str(snapshot.process_id), snapshot.version) == (process_id, 4)
    assert snapshot.updated_at.isoformat() > before.replace("Z", "+00:00")


async def test_an_admin_takes_over_and_nobody_else(
    ann: Desk, ben: Desk, boss: Desk, database: Database, acme: Tenancy
) -> None:
    process_id = await held(database, acme)
    await ann.send("POST", f"{process_id}/claim")
    assert (await ben.send("POST", f"{process_id}/claim?take_over=true")).status_code == 403
    taken = await boss.send("POST", f"{process_id}/claim?take_over=true")
    assert taken.json()["claimed_by"] == await boss.me()
    assert (await ann.decide(process_id)).status_code == 409


async def test_a_lease_that_is_over_frees_itself(
    ann: Desk, ben: Desk, database: Database, acme: Tenancy
) -> None:
    process_id = await held(database, acme)
    await ann.send("POST", f"{process_id}/claim")
    await rows(
        database,
        acme,
        "UPDATE reviews SET lease_until = now() - interval '1 second' WHERE process_id = :p RETURNING 1",
        p=process_id,
    )
    assert (await ben.get(f"/{process_id}"))["claimed_by"] is None
    async with database.nobody() as session:
        assert await session.scalar(text("SELECT free_leases(10)")) >= 1
    assert (await review_of(database, acme, process_id)).claimed_by is None
    assert (await ben.send("POST", f"{process_id}/claim")).status_code == 200


# Corrections


async def test_corrections_are_saved_and_judged_before_anything_is_decided(
    ann: Desk, database: Database, acme: Tenancy
) -> None:
    process_id = await held(database, acme)
    answer = await ann.correct(process_id, 1, fields={"grand_total": "1.234,50", "invoice_number": "R-1"})
    saved = answer.json()
    assert (answer.status_code, answer.headers["ETag"], saved["version"]) == (200, '"2"', 2)
    assert (saved["reasons"], saved["findings"], saved["overall_confidence"]) == ([], [], 1.0)
    assert saved["result"]["data"]["grand_total"] == "1234.50"
    shown = await ann.get(f"/{process_id}")
    assert (shown["process"]["status"], shown["process"]["requires_review"]) == ("hitl_review", True)
    assert {one["field"] for one in shown["corrections"]} == {"grand_total", "invoice_number"}
    assert shown["corrections"][0]["by"] == f"user:{await ann.me()}"
    (record,) = await told(database, acme, "fields_corrected")
    assert record["fields"] == ["grand_total", "invoice_number"]
    assert "1234.50" not in str(record)
    assert (await ann.decide(process_id)).json()["status"] == "validating"


async def test_a_correction_that_is_not_complete_leaves_its_reason(
    ann: Desk, database: Database, acme: Tenancy
) -> None:
    process_id = await held(database, acme)
    saved = (await ann.correct(process_id, 1, fields={"grand_total": None, "invoice_number": "R-1"})).json()
    assert [(one["code"], one["field"]) for one in saved["reasons"]] == [("field_missing", "grand_total")]
    assert (await ann.get(f"/{process_id}"))["reasons"] == saved["reasons"]


@pytest.mark.parametrize("priority", ["--5", "-", "", "5-", "1234567890"])
async def test_a_cursor_that_no_list_gave_out_is_refused(ann: Desk, priority: str) -> None:
    mark = Mark(datetime.now(UTC), uuid4()).encode()
    refused = await ann.send("GET", f"?cursor={priority}.{mark}")
    assert (refused.status_code, refused.json()["code"]) == (422, "validation_failed")


async def test_corrections_go_by_a_version(ann: Desk, database: Database, acme: Tenancy) -> None:
    process_id = await held(database, acme)
    url = f"{process_id}/fields"
    none = await ann.send("PATCH", url, {"fields": {"grand_total": "1"}})
    stale = await ann.correct(process_id, 7, fields={"grand_total": "1"})
    wrong = await ann.correct(process_id, 1, fields={"grand_total": "much", "nothing": 1})
    empty = await ann.correct(process_id, 1)
    assert (none.status_code, none.json()["code"]) == (428, "precondition_required")
    assert (stale.status_code, stale.json()["code"]) == (412, "precondition_failed")
    assert wrong.status_code == 422
    assert [one["pointer"] for one in wrong.json()["errors"]] == ["/fields/grand_total", "/fields/nothing"]
    assert empty.status_code == 422
    assert (await ann.get(f"/{process_id}"))["process"]["version"] == 1


async def test_corrections_with_a_decision_equal_those_saved_before(
    ann: Desk, database: Database, acme: Tenancy
) -> None:
    apart, together = await held(database, acme), await held(database, acme)
    right = {"grand_total": "12", "invoice_number": "R-1"}
    await ann.correct(apart, 1, fields=right)
    await ann.decide(apart)
    await ann.decide(together, corrections=right)
    kept = await rows(
        database,
        acme,
        "SELECT extraction_result -> 'fields' AS fields, overall_confidence, version, status FROM processes"
        " WHERE process_id = ANY(CAST(:p AS uuid[]))",
        p=[apart, together],
    )
    corrections = await rows(
        database, acme, "SELECT field, before, after, cause FROM field_corrections ORDER BY process_id, field"
    )
    assert tuple(kept[0]) == tuple(kept[1])
    assert [tuple(one) for one in corrections[:2]] == [tuple(one) for one in corrections[2:]]
    wrong = await ann.decide(await held(database, acme), corrections={"grand_total": ["1"]})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/corrections/grand_total")


# Decisions


async def test_of_twenty_who_decide_at_once_one_wins(
    ann: Desk, ben: Desk, database: Database, acme: Tenancy
) -> None:
    process_id = await held(database, acme)
    answers = await asyncio.gather(
        *(who.decide(process_id, corrections={"grand_total": "12"}) for who in (ann, ben) * 10)
    )
    codes = sorted(answer.status_code for answer in answers)
    assert codes == [200] + [409] * 19
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"state_conflict"}


async def two_must(database: Database, acme: Tenancy, **columns: Any) -> str:
    process_id = await held(database, acme, **columns)
    await change_review(database, acme, process_id, approvals_required=2)
    return process_id


async def test_two_people_approve_what_is_risky(
    ann: Desk, ben: Desk, world: World, database: Database, acme: Tenancy, key_for: KeyFor
) -> None:
    process_id = await two_must(database, acme)
    await ann.send("POST", f"{process_id}/claim")
    first = await ann.decide(process_id)
    assert (first.status_code, first.json()["status"]) == (202, "hitl_review")
    again = await ann.decide(process_id)
    assert (again.status_code, again.json()["code"]) == (409, "state_conflict")
    key = Desk(world, await key_for(acme))
    assert (await key.decide(process_id)).json()["code"] == "person_required"
    assert (await ann.get(f"/{process_id}"))["may_approve"] is False
    shown = await ben.get(f"/{process_id}")
    assert (shown["approvals"], shown["may_approve"], shown["claimed_by"]) == (1, True, None)
    assert (await ben.decide(process_id)).json()["status"] == "validating"
    (record,) = await told(database, acme, "approval_given")
    assert (record["approvals"], record["required"]) == (1, 2)


async def test_an_approval_of_other_values_is_void(
    ann: Desk, ben: Desk, database: Database, acme: Tenancy
) -> None:
    process_id = await two_must(database, acme)
    await ann.decide(process_id)
    second = await ben.decide(process_id, corrections={"grand_total": "999"})
    assert second.status_code == 202
    assert (await ann.get(f"/{process_id}"))["approved_by"] == [f"user:{await ben.me()}"]
    assert (await ann.decide(process_id)).status_code == 200


async def test_errors_stand_in_the_audit_and_need_a_word_where_two_approve(
    ann: Desk, database: Database, acme: Tenancy
) -> None:
    failing = {"validation_result": {"ok": False, "findings": [FINDING]}}
    alone = await held(database, acme, **failing)
    assert (await ann.decide(alone)).status_code == 200
    (record,) = await told(database, acme, "approved")
    assert record["over_errors"] == ["rule_failed"]
    risky = await two_must(database, acme, **failing)
    refused = await ann.decide(risky)
    assert (refused.status_code, refused.json()["code"]) == (422, "override_required")
    assert (await ann.decide(risky, override=True, reason="called the seller")).status_code == 202


# Notes and assignment


async def test_notes_stay_with_the_review(ann: Desk, ben: Desk, database: Database, acme: Tenancy) -> None:
    process_id = await held(database, acme)
    body = {"text": "Called the seller."}
    made = await ann.send("POST", f"{process_id}/notes", body, Idempotency_Key="n1")
    again = await ann.send("POST", f"{process_id}/notes", body, Idempotency_Key="n1")
    assert (made.status_code, again.json()) == (201, made.json())
    (note,) = (await ben.get(f"/{process_id}"))["notes"]
    assert (note["text"], note["by"]) == ("Called the seller.", f"user:{await ann.me()}")
    (record,) = await told(database, acme, "review_noted")
    assert "Called" not in str(record)
    assert (await ann.send("POST", f"{process_id}/notes", {"text": ""})).status_code == 422


async def test_a_review_is_given_to_somebody_who_may_review(
    ann: Desk, boss: Desk, world: World, database: Database, two_clients: Clients
) -> None:
    acme, globex = two_clients
    process_id = await held(database, acme)
    url = f"{process_id}/assignee"
    given = await boss.send("PUT", url, {"user_id": await ann.me()})
    assert given.json()["assignee"] == await ann.me()
    viewer = Desk(world, await desk(world, database, acme, Role.VIEWER))
    for other in (await viewer.me(), str(globex.admin_id), str(UUID(int=7))):
        refused = await boss.send("PUT", url, {"user_id": other})
        assert (refused.status_code, refused.json()["code"]) == (422, "assignee_unknown")
    notices = await rows(
        database, acme, "SELECT user_id FROM notifications WHERE process_id = CAST(:p AS uuid)", p=process_id
    )
    assert [str(one.user_id) for one in notices] == [await ann.me()]
    emails = {one["email"] for one in (await ann.get("/assignees"))["data"]}
    async with database.client(acme.client_id) as session:
        everybody = (await session.scalars(select(User).where(User.role.in_(["admin", "operator"])))).all()
    assert emails == {one.email for one in everybody}
    assert (await boss.send("PUT", url, {"user_id": None})).json()["assignee"] is None
