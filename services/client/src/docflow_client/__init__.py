"""Typed client of the DocFlow REST API, blocking and asynchronous."""

from docflow_client.asynchronous import AsyncDocflowClient
from docflow_client.errors import ApiError, Place
from docflow_client.models import Document, Field, Process, Reason, Result, Review
from docflow_client.sync import DocflowClient

__all__ = [
    "ApiError",
    "AsyncDocflowClient",
    "DocflowClient",
    "Document",
    "Field",
    "Place",
    "Process",
    "Reason",
    "Result",
    "Review",
]
