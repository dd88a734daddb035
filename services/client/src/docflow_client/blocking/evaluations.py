from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from docflow_client.blocking.sender import Sender
from docflow_client.calls import Call, as_json, as_model, as_nothing, given, key_header
from docflow_client.models.evaluations import Evaluation, EvaluationSet, GateSetting


class EvaluationSets:
    """Approved documents with their final values, frozen."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(self, *, limit: int | None = None, **filters: Any) -> Iterator[EvaluationSet]:
        """Newest first. Filter: `process_type_id`."""
        params = given(limit=limit, **filters)
        return self._sender.rows(Call("GET", "/v1/evaluation-sets", as_json, params=params), EvaluationSet)

    def get(self, set_id: UUID | str) -> EvaluationSet:
        return self._sender.send(Call("GET", f"/v1/evaluation-sets/{set_id}", as_model(EvaluationSet)))

    def create(
        self,
        name: str,
        process_type_id: str,
        *,
        values: Mapping[str, Any] | None = None,
        idempotency_key: str | None = None,
    ) -> EvaluationSet:
        """`values`: `limit`, `config_version`, `created_after`, `created_before`, `with_unreviewed`."""
        body = {"name": name, "process_type_id": process_type_id, **(values or {})}
        headers = key_header(idempotency_key)
        call = Call(
            "POST", "/v1/evaluation-sets", as_model(EvaluationSet), json=body, headers=headers, creates=True
        )
        return self._sender.send(call)

    def delete(self, set_id: UUID | str) -> None:
        """With its evaluations."""
        self._sender.send(Call("DELETE", f"/v1/evaluation-sets/{set_id}", as_nothing))


class Evaluations:
    """A set read with one version, or with two, in the background."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def list(self, *, limit: int | None = None, **filters: Any) -> Iterator[Evaluation]:
        """Newest first. Filters: `set_id`, `process_type_id`, `status`."""
        params = given(limit=limit, **filters)
        return self._sender.rows(Call("GET", "/v1/evaluations", as_json, params=params), Evaluation)

    def get(self, evaluation_id: UUID | str) -> Evaluation:
        return self._sender.send(Call("GET", f"/v1/evaluations/{evaluation_id}", as_model(Evaluation)))

    def create(
        self,
        set_id: UUID | str,
        *,
        candidate: Mapping[str, Any] | None = None,
        baseline: Mapping[str, Any] | None = None,
        idempotency_key: str | None = None,
    ) -> Evaluation:
        """Each side is {"config_id", "prompt_id"}, both optional; without a baseline it is what is in force."""
        body = {"set_id": str(set_id), **given(candidate=candidate, baseline=baseline)}
        headers = key_header(idempotency_key)
        call = Call("POST", "/v1/evaluations", as_model(Evaluation), json=body, headers=headers, creates=True)
        return self._sender.send(call)

    def delete(self, evaluation_id: UUID | str) -> None:
        """Also while it runs."""
        self._sender.send(Call("DELETE", f"/v1/evaluations/{evaluation_id}", as_nothing))


class PublishGate:
    """What is asked before a prompt or a configuration is published."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    def get(self) -> GateSetting:
        return self._sender.send(Call("GET", "/v1/publish-gate", as_model(GateSetting)))

    def set(self, mode: str, *, min_documents: int = 50) -> GateSetting:
        """`off`, `warn` or `refuse`; a comparison counts that read so many documents."""
        body = {"mode": mode, "min_documents": min_documents}
        return self._sender.send(Call("PUT", "/v1/publish-gate", as_model(GateSetting), json=body))
