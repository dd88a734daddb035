"""What a comparison of models and database leaves out: objects that only the database knows."""

from typing import Any

PARTITION_PREFIX = "audit_logs_"

LEFT_BEHIND = frozenset({"stage_runs.input_ref", "stage_runs.output_ref", "usage_events"})
"""Columns and tables that the code uses no more, since the revision 0068_letter_language. A migration takes them two releases
later (docs/upgrading.md), and their names from here."""


def is_ours(given: Any, name: str | None, kind: str, _reflected: bool, _compare_to: Any) -> bool:
    """Alembic's `include_object`: partitions come and go with the months."""
    if kind == "column":
        return f"{given.table.name}.{name}" not in LEFT_BEHIND
    return not (
        kind == "table" and name is not None and (name.startswith(PARTITION_PREFIX) or name in LEFT_BEHIND)
    )
