import asyncio

from docflow.runtime.container import Container
from docflow.runtime.measures import measure_audit
from docflow.runtime.service import Service

from docflow_audit.anchoring import Anchoring
from docflow_audit.stream_writer import StreamWriter
from docflow_audit.writer import AuditWriter

LATE_S = 5.0
"""A record that the stream did not bring within so many seconds is written from the outbox."""


async def run(container: Container) -> None:
    """Write audit records and keep the ends of their chains until the program stops."""
    database, stopping, metrics = container.audit_database, container.stopping, container.metrics
    measure_audit(metrics, database)
    anchoring = Anchoring(database, container.blobs, container.clock, metrics=metrics)
    async with asyncio.TaskGroup() as writers:
        writers.create_task(anchoring.run(stopping))
        if container.audit_stream is None:
            writers.create_task(AuditWriter(database, metrics=metrics).run(stopping))
        else:
            writers.create_task(AuditWriter(database, late_s=LATE_S, metrics=metrics).run(stopping))
            writers.create_task(
                StreamWriter(database, container.audit_stream(), metrics=metrics).run(stopping)
            )


SERVICE = Service("service-audit", run)
