import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from docflow.domain.errors import StorageFull
from docflow.domain.ids import new_id
from docflow.features.outputs.models import OutputAction
from docflow.features.outputs.repository import final_output
from docflow.testing.blobs import MemoryBlobs
from docflow.testing.factories import Tenancy
from sqlalchemy import text

from tests.integration.output.conftest import Output
from tests.integration.output.receiver import receiving


async def action(output: Output, action_type: str, target: dict[str, Any], **columns: object) -> UUID:
    action_id, process_id = new_id(), await output.process()
    async with output.database.client(output.tenancy.client_id) as session:
        session.add(
            OutputAction(
                action_id=action_id,
                client_id=output.tenancy.client_id,
                process_id=process_id,
                action_type=action_type,
                target_config=target,
                **columns,
            )
        )
    return action_id


async def row(output: Output, action_id: UUID) -> dict[str, Any]:
    return await output.row("output_actions", "action_id", action_id)


async def keys(output: Output) -> list[str]:
    return [info.key async for info in output.blobs.list("")]


async def test_a_result_is_exported_under_the_clients_prefix(output: Output) -> None:
    action_id = await action(output, "file_export", {"format": "json", "file_name": "{external_id}"})
    await output.round(output.actions())
    (key,) = await keys(output)
    done = await row(output, action_id)
    assert (done["status"], done["result"]["key"]) == ("completed", key)
    assert key.startswith(f"{output.tenancy.client_id}/exports/")
    assert key.endswith("/0-INV-7.json")
    assert json.loads(await output.blobs.get(key))["data"] == {"total": "119.00"}


async def test_a_repeat_of_an_export_has_no_second_effect(output: Output) -> None:
    action_id = await action(output, "file_export", {"format": "csv"})
    lane = output.actions()
    await output.round(lane)
    (key,) = await keys(output)
    first = await output.blobs.get(key)
    async with output.database.client(output.tenancy.client_id) as session:
        await session.execute(
            text("UPDATE output_actions SET status = 'pending' WHERE action_id = :id"), {"id": action_id}
        )
    await output.round(lane)
    assert await keys(output) == [key]
    assert await output.blobs.get(key) == first == b"total\r\n119.00\r\n"


@pytest.mark.parametrize(
    ("action_type", "target"),
    [
        ("file_export", {"format": "exe"}),
        ("file_export", {"file_name": "{secret}"}),
        ("webhook", {}),
        ("email", {}),
        ("email", {"to": "a@b.test", "text": "{{process.__class__}}"}),
        ("database_insert", {}),
        ("database_insert", {"url": "mysql://h/d", "table": "t", "columns": {"a": "date"}}),
        ("erp_integration", {}),
        ("file_export", {"folder": "../.."}),
        ("file_export", {"bucket": {"url": "s3://b"}}),
    ],
)
async def test_an_action_with_a_wrong_target_ends_failed(
    output: Output, action_type: str, target: dict[str, Any]
) -> None:
    action_id = await action(output, action_type, target)
    await output.round(output.actions())
    done = await row(output, action_id)
    assert (done["status"], done["result"]) == ("failed", {"code": "action_invalid"})


async def test_a_full_disk_uses_up_no_retry(output: Output) -> None:
    action_id = await action(output, "file_export", {})
    full = MemoryBlobs()
    full.fails_with = StorageFull(after_s=30)
    output.blobs = full
    await output.round(output.actions())
    done = await row(output, action_id)
    assert (done["status"], done["retry_count"]) == ("retrying", 0)
    assert done["available_at"] - datetime.now(UTC) > timedelta(seconds=25)


async def test_a_result_is_sent_signed_to_a_webhook(output: Output) -> None:
    async with receiving() as receiver:
        action_id = await action(output, "webhook", {"url": receiver.url, "headers": {"X-A": "1"}})
        await output.round(output.actions())
    ((headers, body),) = receiver.requests
    assert (await row(output, action_id))["status"] == "completed"
    assert headers["webhook-id"] == f"act_{action_id.hex}"
    assert headers["webhook-signature"].startswith("v1,")
    assert json.loads(body)["data"]["result"] == {"total": "119.00"}


async def test_a_webhook_that_fails_is_retried_and_then_failed(output: Output) -> None:
    async with receiving(500) as receiver:
        action_id = await action(output, "webhook", {"url": receiver.url}, max_retries=1)
        await output.round(output.actions())
        assert (await row(output, action_id))["status"] == "retrying"
        async with output.database.client(output.tenancy.client_id) as session:
            await session.execute(text("UPDATE output_actions SET available_at = now() - interval '1 s'"))
        await output.round(output.actions())
    assert (await row(output, action_id))["status"] == "failed"
    assert len(receiver.requests) == 2


async def test_a_result_is_read_as_its_own_client_alone(
    output: Output, two_clients: tuple[Tenancy, Tenancy]
) -> None:
    process_id = await output.process()
    ours, theirs = (each.client_id for each in two_clients)
    async with output.database.client(ours) as session:
        assert await final_output(session, ours, process_id) is not None
        assert await final_output(session, theirs, process_id) is None
