"""A document that repeats an earlier one is told of once, by ids: to endpoints, to people, to the event bus."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from docflow.domain.announcing import Announcer, Subject
from docflow.domain.fraud_weights import Family
from docflow.domain.ids import id_within
from docflow.domain.jobs import ProcessState
from docflow.domain.json_types import JsonObject
from docflow.domain.messages import Message
from docflow.domain.notifying import Told
from docflow.domain.transition import Notice, Transition
from docflow.domain.webhook_events import WebhookEvent


@dataclass(frozen=True, slots=True)
class Duplicate:
    """`earlier` are the documents that it repeats, each {"process_id", "document_id"}."""

    document_id: UUID
    earlier: tuple[JsonObject, ...]

    @property
    def notification_id(self) -> UUID:
        """The same for one document at every look; where it is known, the document was told of."""
        return id_within(self.document_id, Told.DOCUMENT_DUPLICATE)

    def told(self, process: ProcessState, say: Announcer) -> Transition:
        """The announcement; the process itself stays as it is."""
        subject = Subject(process.client_id, process.process_id, process.external_id, process.process_type_id)
        ids: JsonObject = {"document_id": str(self.document_id), "duplicate_of": list(self.earlier)}
        topic = WebhookEvent.DOCUMENT_DUPLICATE.value
        message = Message(say.new_id(), topic, say.at, process.client_id, process.process_id, data=ids)
        return Transition(
            process.client_id,
            process.process_id,
            notices=(self._notice(),),
            webhooks=(say.webhook(subject, process.status, topic, ids),),
            messages=((topic, message),),
        )

    def _notice(self) -> Notice:
        processes = sorted({str(one["process_id"]) for one in self.earlier})
        told = f"Compare it with {', '.join(processes)}."
        title = "A document repeats an earlier one"
        return Notice(self.notification_id, Told.DOCUMENT_DUPLICATE, "warning", title, told)


def duplicate_of(document_id: UUID, flags: Sequence[JsonObject]) -> Duplicate | None:
    """What a document's flags say of earlier ones; None where it repeats none."""
    found = [flag["evidence"] for flag in flags if flag.get("family") == Family.DUPLICATE]
    ids = {(str(one["process_id"]), str(one["document_id"])) for one in found if "document_id" in one}
    earlier = tuple({"process_id": process, "document_id": document} for process, document in sorted(ids))
    return Duplicate(document_id, earlier) if earlier else None
