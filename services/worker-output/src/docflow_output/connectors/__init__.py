"""Connectors by the kind of action they carry out."""

from docflow.db.database import Database
from docflow.domain.ports.blobs import BlobStore
from docflow.domain.ports.clock import Clock
from docflow.domain.ports.egress import Egress
from docflow.domain.ports.sealing import Sealing

from docflow_output.connectors.connector import Connector
from docflow_output.connectors.file_export import FileExport
from docflow_output.connectors.webhook import WebhookAction, WebhookSender

#: The words of output_actions.action_type. One without a connector ends failed with `action_unsupported`.
ACTION_TYPES = frozenset({"email", "webhook", "erp_integration", "database_insert", "file_export"})


def connectors(
    *, database: Database, blobs: BlobStore, egress: Egress, sealing: Sealing, clock: Clock
) -> tuple[Connector, ...]:
    return (FileExport(blobs), WebhookAction(database, sealing, WebhookSender(egress, clock), clock))
