from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from docflow_client.asynchronous.sender import AsyncSender
from docflow_client.calls import Call, as_json, as_list, as_model, given, key_header, version_header
from docflow_client.models.notifications import CheckedRule
from docflow_client.models.setup import Change, Configuration, ProcessType, Prompt


class AsyncProcessTypes:
    """The kinds of documents the service knows."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    def list(self, *, limit: int | None = None, **filters: Any) -> AsyncIterator[ProcessType]:
        """The platform's and the client's own."""
        params = given(limit=limit, **filters)
        return self._sender.rows(Call("GET", "/v1/process-types", as_json, params=params), ProcessType)

    async def get(self, process_type_id: str) -> ProcessType:
        return await self._sender.send(
            Call("GET", f"/v1/process-types/{process_type_id}", as_model(ProcessType))
        )

    async def create(
        self,
        process_type_id: str,
        display_name: str,
        *,
        description: str | None = None,
        idempotency_key: str | None = None,
    ) -> ProcessType:
        """An id of a client's own starts with its slug."""
        body = given(process_type_id=process_type_id, display_name=display_name, description=description)
        headers = key_header(idempotency_key)
        call = Call(
            "POST", "/v1/process-types", as_model(ProcessType), json=body, headers=headers, creates=True
        )
        return await self._sender.send(call)

    async def update(self, process_type_id: str, *, version: int, **changes: Any) -> ProcessType:
        """`version` is the one it was read with."""
        headers = version_header(version)
        call = Call(
            "PATCH",
            f"/v1/process-types/{process_type_id}",
            as_model(ProcessType),
            json=changes,
            headers=headers,
        )
        return await self._sender.send(call)


class AsyncConfigurations:
    """How a type is read, checked and sent on; versioned."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    def list(self, *, limit: int | None = None, **filters: Any) -> AsyncIterator[Configuration]:
        """Newest first."""
        params = given(limit=limit, **filters)
        return self._sender.rows(Call("GET", "/v1/configurations", as_json, params=params), Configuration)

    async def get(self, config_id: UUID | str) -> Configuration:
        return await self._sender.send(
            Call("GET", f"/v1/configurations/{config_id}", as_model(Configuration))
        )

    async def create(
        self,
        process_type_id: str,
        *,
        values: Mapping[str, Any] | None = None,
        idempotency_key: str | None = None,
    ) -> Configuration:
        """A draft with the next version; `values` by their names in the API."""
        body = {"process_type_id": process_type_id, **(values or {})}
        headers = key_header(idempotency_key)
        call = Call(
            "POST", "/v1/configurations", as_model(Configuration), json=body, headers=headers, creates=True
        )
        return await self._sender.send(call)

    async def update(self, config_id: UUID | str, *, version: int, **changes: Any) -> Configuration:
        """Of a draft; `version` is the one of its ETag, `revision`."""
        headers = version_header(version)
        call = Call(
            "PATCH", f"/v1/configurations/{config_id}", as_model(Configuration), json=changes, headers=headers
        )
        return await self._sender.send(call)

    async def publish(self, config_id: UUID | str) -> Configuration:
        """From now on new processes use it."""
        call = Call(
            "POST",
            f"/v1/configurations/{config_id}/publish",
            as_model(Configuration),
        )
        return await self._sender.send(call)

    async def retire(self, config_id: UUID | str) -> Configuration:
        """New processes no longer use it."""
        call = Call(
            "POST",
            f"/v1/configurations/{config_id}/retire",
            as_model(Configuration),
        )
        return await self._sender.send(call)

    async def shadow(self, config_id: UUID | str) -> Configuration:
        """It stands still to be evaluated; no process is decided by it."""
        call = Call("POST", f"/v1/configurations/{config_id}/shadow", as_model(Configuration))
        return await self._sender.send(call)

    async def canary(self, config_id: UUID | str, percent: int) -> Configuration:
        """So many of 100 new processes go to it."""
        body, path = {"percent": percent}, f"/v1/configurations/{config_id}/canary"
        return await self._sender.send(Call("POST", path, as_model(Configuration), json=body))

    async def roll_back(self, config_id: UUID | str) -> Configuration:
        """New processes go to the version before, which is returned."""
        path = f"/v1/configurations/{config_id}/rollback"
        answer = await self._sender.send(Call("POST", path, as_json))
        return Configuration.model_validate(answer["in_force"])

    async def comparison(self, config_id: UUID | str, against: UUID | str, **bounds: Any) -> dict[str, Any]:
        """What the processes of two versions came to; bounds are `since` and `until`."""
        params = given(against=str(against), **bounds)
        call = Call("GET", f"/v1/configurations/{config_id}/comparison", as_json, params=params)
        return dict(await self._sender.send(call))

    async def clone(self, config_id: UUID | str) -> Configuration:
        """A draft with the same content."""
        call = Call(
            "POST",
            f"/v1/configurations/{config_id}/clone",
            as_model(Configuration),
            creates=True,
        )
        return await self._sender.send(call)

    async def diff(self, config_id: UUID | str, against: UUID | str) -> Sequence[Change]:
        """What changes on the way from `against` to this one."""
        params = {"against": str(against)}
        call = Call("GET", f"/v1/configurations/{config_id}/diff", as_list(Change), params=params)
        return await self._sender.send(call)

    async def dry_run(self, config_id: UUID | str, document_id: UUID | str) -> dict[str, Any]:
        """What it would make of a stored document; nothing is kept."""
        body = {"document_id": str(document_id)}
        call = Call(
            "POST",
            f"/v1/configurations/{config_id}/dry-run",
            as_json,
            json=body,
            timeout_s=120.0,
            repeats=True,
        )
        return dict(await self._sender.send(call))

    async def reliability(self, config_id: UUID | str, *, target: float | None = None) -> dict[str, Any]:
        """How far its confidences can be relied on; with `target` (0.5..0.999) the threshold that reaches it."""
        path = f"/v1/configurations/{config_id}/reliability"
        call = Call("GET", path, as_json, params=given(target=target), timeout_s=60.0)
        return dict(await self._sender.send(call))

    async def workflow_steps(self) -> Sequence[dict[str, Any]]:
        """What workflows are made of, with the JSON Schema of each type's `config`."""
        answer = await self._sender.send(Call("GET", "/v1/workflow-steps", as_json))
        return list(answer["data"])

    async def workflow_templates(self) -> Sequence[dict[str, Any]]:
        """Workflows to begin with; `workflow={"template": ...}` of a draft copies one."""
        answer = await self._sender.send(Call("GET", "/v1/workflow-templates", as_json))
        return list(answer["data"])


class AsyncPrompts:
    """What models are told, for a type, a version and a stage."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    def list(self, *, limit: int | None = None, **filters: Any) -> AsyncIterator[Prompt]:
        """Newest first. Filters: `process_type_id`, `version`, `stage`, `state`."""
        params = given(limit=limit, **filters)
        return self._sender.rows(Call("GET", "/v1/prompts", as_json, params=params), Prompt)

    async def get(self, prompt_id: UUID | str) -> Prompt:
        return await self._sender.send(Call("GET", f"/v1/prompts/{prompt_id}", as_model(Prompt)))

    async def create(
        self,
        process_type_id: str,
        version: int,
        stage: str,
        prompt_template: str,
        *,
        values: Mapping[str, Any] | None = None,
        idempotency_key: str | None = None,
    ) -> Prompt:
        """A draft."""
        body = {
            "process_type_id": process_type_id,
            "version": version,
            "stage": stage,
            "prompt_template": prompt_template,
            **(values or {}),
        }
        headers = key_header(idempotency_key)
        call = Call("POST", "/v1/prompts", as_model(Prompt), json=body, headers=headers, creates=True)
        return await self._sender.send(call)

    async def update(self, prompt_id: UUID | str, *, version: int, **changes: Any) -> Prompt:
        """Of a draft; `version` is the one of its ETag, `revision`."""
        headers = version_header(version)
        call = Call("PATCH", f"/v1/prompts/{prompt_id}", as_model(Prompt), json=changes, headers=headers)
        return await self._sender.send(call)

    async def publish(self, prompt_id: UUID | str) -> Prompt:
        """Its text can no longer change."""
        call = Call(
            "POST",
            f"/v1/prompts/{prompt_id}/publish",
            as_model(Prompt),
        )
        return await self._sender.send(call)

    async def retire(self, prompt_id: UUID | str) -> Prompt:
        """No longer used."""
        call = Call(
            "POST",
            f"/v1/prompts/{prompt_id}/retire",
            as_model(Prompt),
        )
        return await self._sender.send(call)

    async def clone(self, prompt_id: UUID | str, *, version: int | None = None) -> Prompt:
        """A draft with the same content; without `version` the next of its type and stage."""
        path, body = f"/v1/prompts/{prompt_id}/clone", given(version=version)
        return await self._sender.send(Call("POST", path, as_model(Prompt), json=body, creates=True))

    async def diff(self, prompt_id: UUID | str, against: UUID | str) -> Sequence[Change]:
        """What changes on the way from `against` to this one."""
        params = {"against": str(against)}
        call = Call("GET", f"/v1/prompts/{prompt_id}/diff", as_list(Change), params=params)
        return await self._sender.send(call)


class AsyncRules:
    """Validation rules, tried before a configuration holds them."""

    def __init__(self, sender: AsyncSender) -> None:
        self._sender = sender

    async def check(
        self,
        output_schema: Mapping[str, Any],
        validation_rules: Sequence[Mapping[str, Any]],
        *,
        data: Mapping[str, Any] | None = None,
        process_id: UUID | str | None = None,
    ) -> list[CheckedRule]:
        """What each finds on `data`, or on what a process read; with neither, whether each can be used. Keeps nothing."""
        about = given(data=data, process_id=process_id and str(process_id))
        body = {"output_schema": output_schema, "validation_rules": [*validation_rules], **about}
        call = Call("POST", "/v1/rules/check", as_list(CheckedRule), json=body, repeats=True)
        return await self._sender.send(call)
