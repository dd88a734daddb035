"""Imports every model, so that the metadata is whole. One line a feature."""

from docflow.db import outbox
from docflow.db.base import Base
from docflow.features.alert_rules import models as alert_rules
from docflow.features.api_keys import models as api_keys
from docflow.features.audit import models as audit
from docflow.features.calibration import models as calibration
from docflow.features.classification import models as classification
from docflow.features.client_secrets import models as client_secrets
from docflow.features.clients import models as clients
from docflow.features.configurations import models as configurations
from docflow.features.documents import models as documents
from docflow.features.evaluations import models as evaluations
from docflow.features.idempotency import models as idempotency
from docflow.features.mails import models as mails
from docflow.features.notification_channels import models as notification_channels
from docflow.features.notifications import models as notifications
from docflow.features.outputs import models as outputs
from docflow.features.platform_alerts import models as platform_alerts
from docflow.features.process_types import models as process_types
from docflow.features.processes import models as processes
from docflow.features.prompts import models as prompts
from docflow.features.removals import models as removals
from docflow.features.retention import models as retention
from docflow.features.reviews import models as reviews
from docflow.features.socket_tickets import models as socket_tickets
from docflow.features.stage_runs import models as stage_runs
from docflow.features.uploads import models as uploads
from docflow.features.usage import models as usage
from docflow.features.users import models as users
from docflow.features.vendor_memory import models as vendor_memory
from docflow.features.vendors import models as vendors
from docflow.features.webhooks import models as webhooks

MODULES = (
    alert_rules, api_keys, audit, calibration, classification, client_secrets, clients, configurations, documents,
    evaluations, idempotency, mails, notification_channels, notifications, outbox, outputs, platform_alerts, process_types, processes,
    prompts, removals, retention, reviews, socket_tickets, stage_runs, uploads, usage, users, vendor_memory, vendors, webhooks,
)  # fmt: skip
METADATA = Base.metadata
