"""What a comparison of models and database leaves out: objects that only the database knows."""

from typing import Any

PARTITION_PREFIX = "audit_logs_"


def is_ours(_object: Any, name: str | None, kind: str, _reflected: bool, _compare_to: Any) -> bool:
    """Alembic's `include_object`: partitions come and go with the months."""
    return not (kind == "table" and name is not None and name.startswith(PARTITION_PREFIX))
