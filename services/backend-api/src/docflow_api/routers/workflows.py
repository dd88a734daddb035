from docflow.domain.access import Scope
from docflow.domain.workflow_steps import STEP_KINDS
from docflow.domain.workflow_templates import TEMPLATES
from fastapi import APIRouter

from docflow_api.deps import needs
from docflow_api.schemas.problem import problems
from docflow_api.schemas.workflows import (
    WorkflowStepsOut,
    WorkflowTemplatesOut,
    step_type_out,
    template_out,
)

router = APIRouter(tags=["configurations"], dependencies=[needs(Scope.CONFIG_WRITE, or_platform=True)])


@router.get("/v1/workflow-steps", operation_id="list_workflow_steps", responses=problems())
async def list_workflow_steps() -> WorkflowStepsOut:
    """What workflows are made of, with the JSON Schema of each type's `config`."""
    return WorkflowStepsOut(data=[step_type_out(kind) for kind in STEP_KINDS.values()])


@router.get("/v1/workflow-templates", operation_id="list_workflow_templates", responses=problems())
async def list_workflow_templates() -> WorkflowTemplatesOut:
    """Workflows to begin with: `"workflow": {"template", "parameters"}` of a draft copies one."""
    return WorkflowTemplatesOut(data=[template_out(template) for template in TEMPLATES])
