"""Server-sent events, line by line."""

from dataclasses import dataclass, field

from docflow_client.models.processes import ProcessEvent


@dataclass(slots=True)
class EventParser:
    """Feed it lines; it answers with an event where one ends. `last_id` is what a new connection goes on from."""

    last_id: str | None = None
    _kind: str = ""
    _data: list[str] = field(default_factory=list)

    def headers(self) -> dict[str, str]:
        """A new connection goes on after the last event."""
        return {"Last-Event-ID": self.last_id} if self.last_id else {}

    def feed(self, line: str) -> ProcessEvent | None:
        if line:
            self._keep(line)
            return None
        kind, data = self._kind, "\n".join(self._data)
        self._kind, self._data = "", []
        return ProcessEvent.model_validate_json(data) if data and kind == "process" else None

    def _keep(self, line: str) -> None:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._kind = value
        elif name == "id":
            self.last_id = value
