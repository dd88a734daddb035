from docflow.domain.access import FactorRule
from pydantic import BaseModel, ConfigDict


class FactorRuleIn(BaseModel):
    """`required_of` null = as the platform says."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"required_of": "admins"}]})

    required_of: FactorRule | None


class FactorRuleOut(BaseModel):
    """`in_force` is the client's own rule, else the platform's. `*_without` are active people who have no second factor."""

    required_of: FactorRule | None
    in_force: FactorRule
    admins_without: int
    everyone_without: int
