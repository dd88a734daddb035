"""What a running release relies on in the database, and what a migration took from it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

import psycopg
from docflow.db.roles import APP, AUDIT, libpq_url

_COLUMNS = """
SELECT c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull,
       a.atthasdef OR a.attidentity <> '' OR c.relkind = 'v'
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition
  AND a.attnum > 0 AND NOT a.attisdropped AND c.relname <> 'alembic_version'
"""
_FUNCTIONS = """
SELECT proname || '(' || array_to_string(ARRAY(
           SELECT format_type(proargtypes[place], NULL) FROM generate_series(0, given - 1) AS place), ', ') || ')',
       pg_get_function_result(p.oid)
FROM pg_proc p CROSS JOIN LATERAL generate_series((pronargs - pronargdefaults)::int, pronargs::int) AS given
WHERE pronamespace = 'public'::regnamespace AND prokind = 'f'
  AND (has_function_privilege(%(app)s, p.oid, 'EXECUTE') OR has_function_privilege(%(audit)s, p.oid, 'EXECUTE'))
"""
"""Every form of a call: one that leaves arguments out gets their defaults."""

_RIGHTS = """
SELECT grantee::text, table_name::text, privilege_type::text FROM information_schema.role_table_grants
WHERE grantee IN (%(app)s, %(audit)s)
"""
_LIMITS = """
SELECT conrelid::regclass::text, conname::text, pg_get_constraintdef(k.oid), contype IN ('p', 'u'),
       ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = conrelid AND attnum = ANY (conkey))
FROM pg_constraint k JOIN pg_class c ON c.oid = conrelid
WHERE connamespace = 'public'::regnamespace AND contype IN ('c', 'p', 'u', 'f', 'x') AND NOT c.relispartition
"""
_LITERAL = re.compile(r"'((?:[^']|'')*)'::text")


@dataclass(frozen=True)
class Limit:
    """A check, key or reference of a table."""

    text: str
    is_key: bool
    columns: frozenset[str]

    def allows_all_of(self, earlier: "Limit") -> bool:
        """The same rule, at most with more values in its list."""
        ours, theirs = (frozenset(_LITERAL.findall(each.text)) for each in (self, earlier))
        shapes = {re.sub(r"(\?, )*\?", "?", _LITERAL.sub("?", each.text)) for each in (self, earlier)}
        return len(shapes) == 1 and ours >= theirs


@dataclass(frozen=True)
class Relied:
    """`columns`: type, not null, fills itself; `functions`: what each form of a call gives back."""

    columns: dict[tuple[str, str], tuple[str, bool, bool]]
    functions: dict[str, str]
    rights: set[tuple[str, str, str]]
    limits: dict[tuple[str, str], Limit]

    @property
    def tables(self) -> set[str]:
        return {table for table, _ in self.columns}


async def relied_on(database: str | psycopg.AsyncConnection) -> Relied:
    """Of a URL, or as this connection's transaction sees it."""
    if isinstance(database, str):
        async with await psycopg.AsyncConnection.connect(libpq_url(database)) as connection:
            return await relied_on(connection)

    async def ask(query: str) -> list[Any]:
        given = {"app": APP, "audit": AUDIT} if "%(" in query else None
        return await (await database.execute(query.encode(), given)).fetchall()

    return Relied(
        {(t, c): (kind, required, filled) for t, c, kind, required, filled in await ask(_COLUMNS)},
        dict(await ask(_FUNCTIONS)),
        set(await ask(_RIGHTS)),
        {(t, name): Limit(text, key, frozenset(on)) for t, name, text, key, on in await ask(_LIMITS)},
    )


def taken(before: Relied, after: Relied) -> Iterator[str]:
    """What a release made for `before` could not do any more on `after`."""
    yield from _columns(before, after)
    for function, result in before.functions.items():
        if after.functions.get(function) != result:
            yield f"{function} is gone or gives back something else"
    for role, table, right in sorted(before.rights - after.rights):
        if table in after.tables:
            yield f"{role} may no longer {right} {table}"
    yield from _limits(before, after)


def _limits(before: Relied, after: Relied) -> Iterator[str]:
    for (table, name), limit in after.limits.items():
        known = {column for each, column in before.columns if each == table}
        if not limit.columns <= known or not known:
            continue
        there = [each for (other, _), each in before.limits.items() if other == table]
        same = any(limit.allows_all_of(each) for each in there)
        implied = limit.is_key and any(each.is_key and each.columns <= limit.columns for each in there)
        if not (same or implied):
            yield f"{table}: {name} refuses what was taken"


def _columns(before: Relied, after: Relied) -> Iterator[str]:
    for (table, column), (kind, required, filled) in before.columns.items():
        now = after.columns.get((table, column))
        if now is None:
            yield f"{table}.{column} is gone"
        elif now[0] != kind:
            yield f"{table}.{column} was {kind} and is {now[0]}"
        elif now[1] and not required:
            yield f"{table}.{column} may be empty no more"
        elif filled and not now[2]:
            yield f"{table}.{column} fills itself no more"
    for (table, column), (_, required, filled) in after.columns.items():
        if table in before.tables and (table, column) not in before.columns and required and not filled:
            yield f"{table}.{column} must be given by who does not know it"


def not_allowed(found: Iterable[str], contract: Mapping[str, str], releases: Sequence[Set[str]]) -> list[str]:
    """What a migration may not take yet.

    `contract` names what it takes and the revision with which the code stopped using that; the two newest of
    `releases`, each the revisions it came with, must hold that revision already.
    """

    def is_due(revision: str) -> bool:
        newest = releases[:2]
        return len(newest) == 2 and all(revision in each for each in newest)

    return [each for each in found if not is_due(contract.get(each, ""))]
