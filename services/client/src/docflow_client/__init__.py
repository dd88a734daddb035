"""Typed client of the DocFlow REST API, blocking and asynchronous."""

from docflow_client.asynchronous.client import AsyncDocflowClient
from docflow_client.blocking.client import DocflowClient
from docflow_client.errors import ApiError, Place
from docflow_client.files import File
from docflow_client.models.audit import AuditLog, Verification
from docflow_client.models.documents import Document, Words
from docflow_client.models.evaluations import Evaluation, EvaluationSet
from docflow_client.models.people import Invitation, User
from docflow_client.models.processes import (
    Corrected,
    Field,
    Note,
    Process,
    ProcessEvent,
    Reason,
    Result,
    Review,
    ReviewDetail,
    ReviewSummary,
)
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
    "Corrected",
    "DocflowClient",
    "Document",
    "Evaluation",
    "EvaluationSet",
    "Field",
    "File",
    "Invitation",
    "Note",
    "Place",
    "Process",
    "ProcessEvent",
    "ProcessType",
    "Prompt",
    "Reason",
    "Result",
    "Retries",
    "Review",
    "ReviewDetail",
    "ReviewSummary",
    "User",
    "Vendor",
    "VendorFacts",
    "Verification",
    "Webhook",
    "WebhookError",
    "Words",
    "verify_webhook",
]
