from typing import Annotated

from docflow.features.retention.service import COUNTED
from pydantic import BaseModel, ConfigDict, Field

MOST_DAYS = 36_500
Days = Annotated[int, Field(strict=True, ge=1, le=MOST_DAYS)]


class RetentionIn(BaseModel):
    """`keep_days`: whole days since the last change of a process that has ended; null = nothing is erased by age."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"keep_days": 365}]})

    keep_days: Days | None


class RetentionOut(BaseModel):
    keep_days: int | None
    due: int = Field(
        description=f"Processes that are old enough now and go at the next look; {COUNTED} at most"
    )
