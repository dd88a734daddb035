from docflow_client.models.base import Answer


class ThroughputSum(Answer):
    """`unseen` completed without a person, `reviewed` after one, `waiting` are held for one. `median_s` is the unseen ones'."""

    key: str | None
    received: int
    unseen: int
    reviewed: int
    waiting: int
    failed: int
    cancelled: int
    median_s: float | None = None


class Throughput(Answer):
    group_by: str
    data: list[ThroughputSum]
