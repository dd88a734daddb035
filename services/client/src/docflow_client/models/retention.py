from docflow_client.models.base import Answer


class ClientRetention(Answer):
    """`keep_days` None = for good. `due` processes go at the next look, of 10,000 counted at most."""

    keep_days: int | None
    due: int
