from typing import Any

from docflow.domain.stages import Stage
from docflow.domain.workflow_steps import StepConfig, StepType
from docflow.domain.workflow_templates import WorkflowTemplate

from docflow_api.schemas.base import Schema


class WorkflowStepType(Schema):
    """`stage` is the one that works on such a step; `may_lead_to` the types that its ways out may lead to."""

    type: StepType
    stage: Stage
    title: str
    description: str
    may_lead_to: list[StepType]
    config_schema: dict[str, Any]


class WorkflowStepsOut(Schema):
    """In the order in which a document comes to them."""

    data: list[WorkflowStepType]


class WorkflowTemplateOut(Schema):
    """`workflow` is the template with its defaults, or with examples for `parameters` that have none."""

    template: str
    title: str
    description: str
    parameters_schema: dict[str, Any]
    workflow: dict[str, Any]


class WorkflowTemplatesOut(Schema):
    data: list[WorkflowTemplateOut]


def step_type_out(kind: type[StepConfig]) -> WorkflowStepType:
    return WorkflowStepType(
        type=kind.type,
        stage=kind.stage,
        title=kind.title,
        description=kind.__doc__ or "",
        may_lead_to=[other for other in StepType if other in kind.may_lead_to],
        config_schema=kind.model_json_schema(),
    )


def template_out(template: WorkflowTemplate) -> WorkflowTemplateOut:
    return WorkflowTemplateOut(
        template=template.name,
        title=template.title,
        description=template.description,
        parameters_schema=template.parameters.model_json_schema(),
        workflow={"steps": template.steps(template.example)},
    )
