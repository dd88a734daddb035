"""Typed client of the DocFlow REST API, blocking and asynchronous."""

from docflow_client.asynchronous.client import AsyncDocflowClient
from docflow_client.blocking.client import DocflowClient
from docflow_client.errors import ApiError, Place
from docflow_client.files import File
from docflow_client.models.audit import AuditLog, Verification
from docflow_client.models.documents import Document, Words
from docflow_client.models.evaluations import Evaluation, EvaluationSet
from docflow_client.models.people import Invitation, User
from docflow_client.models.processes import Field, Process, ProcessEvent, Reason, Result, Review
from docflow_client.models.setup import ApiKey, Configuration, ProcessType, Prompt
from docflow_client.models.vendors import Vendor, VendorFacts
from docflow_client.retries import Retries
from docflow_client.webhooks import Webhook, WebhookError, verify_webhook

__all__ = [
    "ApiError",
    "ApiKey",
    "AsyncDocflowClient",
    "AuditLog",
    "Configuration",
    "DocflowClient",
    "Document",
    "Evaluation",
    "EvaluationSet",
    "Field",
    "File",
    "Invitation",
    "Place",
    "Process",
    "ProcessEvent",
    "ProcessType",
    "Prompt",
    "Reason",
    "Result",
    "Retries",
    "Review",
    "User",
    "Vendor",
    "VendorFacts",
    "Verification",
    "Webhook",
    "WebhookError",
    "Words",
    "verify_webhook",
]
