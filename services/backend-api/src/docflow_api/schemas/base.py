from pydantic import BaseModel, ConfigDict


class Schema(BaseModel):
    """What the API takes or answers. Made ready at its first use: no process uses all of them, and the start waits for none."""

    model_config = ConfigDict(defer_build=True)
