from pydantic import BaseModel, ConfigDict


class Answer(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)


class Trouble(Answer):
    code: str
    message: str | None = None
