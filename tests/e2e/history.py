"""Who held which piece of work from when to when: kept by the test's own triggers, because rows show the last only."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

from tests.e2e.books import Books
from tests.e2e.fleet import Kill

_KEEP = """
    CREATE SCHEMA history;
    CREATE TABLE history.held (
        at timestamptz NOT NULL DEFAULT clock_timestamp(), kind text, item uuid, worker uuid, losses integer
    );
    CREATE FUNCTION history.note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
    BEGIN
        INSERT INTO history.held (kind, item, worker, losses)
        VALUES (
            TG_TABLE_NAME, (to_jsonb(NEW) ->> TG_ARGV[0])::uuid, NEW.claimed_by,
            coalesce((to_jsonb(NEW) ->> 'losses')::integer, 0)
        );
        RETURN NULL;
    END $$;
    CREATE TRIGGER history AFTER UPDATE OF claimed_by ON stage_runs FOR EACH ROW
        WHEN (NEW.claimed_by IS DISTINCT FROM OLD.claimed_by) EXECUTE FUNCTION history.note('run_id');
    CREATE TRIGGER history AFTER UPDATE OF claimed_by ON output_actions FOR EACH ROW
        WHEN (NEW.claimed_by IS DISTINCT FROM OLD.claimed_by) EXECUTE FUNCTION history.note('action_id');
    CREATE TRIGGER history AFTER UPDATE OF claimed_by ON webhook_deliveries FOR EACH ROW
        WHEN (NEW.claimed_by IS DISTINCT FROM OLD.claimed_by) EXECUTE FUNCTION history.note('delivery_id');
"""
_IN_FLIGHT = 16
"""Of each kind, by a worker: DOCFLOW_WORKER__JOBS_IN_FLIGHT as it comes."""
_SUSPECT = 2
"""Of runs that lost so many workers each worker takes one at a time."""

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Takeover:
    """What a killed worker had in hand, and who went on with it."""

    kind: str
    service: str
    killed: datetime
    taken: datetime
    losses: int
    waited: timedelta
    """As long as this took with a peer alive that had room, and a database to ask."""

    @property
    def whole(self) -> timedelta:
        return self.taken - self.killed


@dataclass(frozen=True, slots=True)
class _Held:
    kind: str
    worker: UUID
    losses: int
    span: Span


@dataclass(frozen=True, slots=True)
class _Worker:
    worker_id: UUID
    service: str
    alive: Span
    killed: bool


def keep_history(books: Books) -> None:
    with books.connected() as connection:
        connection.execute(_KEEP)


def takeovers(books: Books, kills: Sequence[Kill], database_away: Sequence[Span]) -> list[Takeover]:
    """One for each piece of work that a kill orphaned."""
    workers = _workers(books, kills)
    chains = _chains(books)
    holdings = [held for chain in chains for held in chain]
    found = []
    for chain in chains:
        for held, following in pairwise(chain):
            owner = workers[held.worker]
            # Taken over from: it went from hand to hand without being given back.
            if owner.killed and held.span[1] == following.span[0]:
                gap = (owner.alive[1], following.span[0])
                found.append(
                    Takeover(
                        held.kind,
                        owner.service,
                        *gap,
                        following.losses,
                        _with_room(gap, following, owner.service, workers.values(), holdings, database_away),
                    )
                )
    return found


def _workers(books: Books, kills: Sequence[Kill]) -> dict[UUID, _Worker]:
    end = books.rows("SELECT clock_timestamp() AS at")[0]["at"]
    made = {}
    for row in books.rows("SELECT worker_id, service, pid, created_at FROM workers"):
        # Ids of processes come again: the kill that ended this one is the first after it began.
        ends = [kill.at for kill in kills if kill.pid == row["pid"] and kill.at >= row["created_at"]]
        made[row["worker_id"]] = _Worker(
            row["worker_id"], row["service"], (row["created_at"], min(ends, default=end)), bool(ends)
        )
    return made


def _chains(books: Books) -> list[list[_Held]]:
    """The holders of each piece of work, in their order."""
    rows = books.rows("SELECT at, kind, item, worker, losses FROM history.held ORDER BY at")
    end = books.rows("SELECT clock_timestamp() AS at")[0]["at"]
    noted = defaultdict(list)
    for row in rows:
        noted[row["item"]].append(row)
    return [
        [
            _Held(
                row["kind"], row["worker"], row["losses"], (row["at"], following["at"] if following else end)
            )
            for row, following in zip(each, (*each[1:], None), strict=True)
            if row["worker"] is not None
        ]
        for each in noted.values()
    ]


def _with_room(
    gap: Span,
    held: _Held,
    service: str,
    workers: Iterable[_Worker],
    holdings: Sequence[_Held],
    database_away: Sequence[Span],
) -> timedelta:
    """How much of the gap somebody of the service was alive and could have taken it."""
    free = []
    for peer in workers:
        if peer.service == service and (living := _overlap(gap, peer.alive)):
            theirs = [
                span
                for each in holdings
                if each.worker == peer.worker_id
                and each.kind == held.kind
                and (span := _overlap(living, each.span))
                if held.losses <= _SUSPECT or each.losses >= _SUSPECT
            ]
            free += _below(living, theirs, 1 if held.losses > _SUSPECT else _IN_FLIGHT)
    return _covered(part for span in free for part in _without(span, database_away))


def _without(whole: Span, others: Sequence[Span]) -> list[Span]:
    return _below(whole, [shared for each in others if (shared := _overlap(whole, each))], 1)


def _overlap(one: Span, other: Span) -> Span | None:
    begin, end = max(one[0], other[0]), min(one[1], other[1])
    return (begin, end) if begin < end else None


def _below(whole: Span, spans: Sequence[Span], limit: int) -> list[Span]:
    """The parts of the whole in which fewer than `limit` of the spans run."""
    edges = sorted({*whole, *(edge for span in spans for edge in span)})
    return [
        (begin, end)
        for begin, end in pairwise(edges)
        if sum(span[0] <= begin and span[1] >= end for span in spans) < limit
    ]


def _covered(spans: Iterable[Span]) -> timedelta:
    total, until = timedelta(), None
    for begin, end in sorted(spans):
        fresh = begin if until is None else max(begin, until)
        if fresh < end:
            total, until = total + (end - fresh), end
    return total
