"""Connectors by the kind of action they carry out."""

from docflow.db.database import Database
from docflow.domain.ports.blobs import BlobStore
from docflow.domain.ports.buckets import SignPut
from docflow.domain.ports.clock import Clock
from docflow.domain.ports.egress import Egress
from docflow.domain.ports.mail import Mail
from docflow.domain.ports.sealing import Sealing
from docflow.domain.ports.workbench import Workbench

from docflow_output.connectors.connector import Connector
from docflow_output.connectors.database_insert import DatabaseInsert
from docflow_output.connectors.email import Email
from docflow_output.connectors.erp_integration import ErpIntegration
from docflow_output.connectors.file_export import FileExport
from docflow_output.connectors.webhook import WebhookAction, WebhookSender
from docflow_output.forms import Forms

#: The words of output_actions.action_type. One without a connector ends failed with `action_unsupported`.
ACTION_TYPES = frozenset({"email", "webhook", "erp_integration", "database_insert", "file_export"})


def connectors(
    *,
    database: Database,
    blobs: BlobStore,
    egress: Egress,
    sealing: Sealing,
    clock: Clock,
    mail: Mail,
    workbench: Workbench,
    sign_put: SignPut | None = None,
) -> tuple[Connector, ...]:
    forms = Forms(workbench)
    return (
        FileExport(blobs, forms, egress, sign_put),
        WebhookAction(database, sealing, WebhookSender(egress, clock), clock),
        Email(mail, forms),
        DatabaseInsert(egress),
        ErpIntegration(egress, forms, clock),
    )
