"""Settings out of files, as container platforms hand over secrets."""

import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource

from docflow.domain.errors import UserError

_ENDING = "_FILE"


class SettingsFiles(EnvSettingsSource):
    """`DOCFLOW_DB__URL_FILE=/run/secrets/url` sets `DOCFLOW_DB__URL` to the file's text without the last newline.

    Raises UserError `settings_file` where the file cannot be read or the setting is given twice.
    """

    def __init__(self, settings_cls: type[BaseSettings], environ: Mapping[str, str] | None = None) -> None:
        super().__init__(settings_cls)
        given = os.environ if environ is None else environ
        names = _names(settings_cls.model_fields, self.env_prefix.upper(), self.env_nested_delimiter or "__")
        # The base class looks names up in lower case.
        self.env_vars = {name.lower(): _read(name, given) for name in names if given.get(name + _ENDING)}


def _names(fields: Mapping[str, FieldInfo], prefix: str, delimiter: str) -> list[str]:
    names: list[str] = []
    for name, field in fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            names += _names(inner.model_fields, f"{prefix}{name.upper()}{delimiter}", delimiter)
        else:
            names.append(f"{prefix}{name.upper()}")
    return names


def _read(name: str, given: Mapping[str, str]) -> str:
    if given.get(name):
        raise UserError(f"{name} and {name}{_ENDING} are both set", code="settings_file")
    try:
        return Path(given[name + _ENDING]).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise UserError(
            f"the file of {name}{_ENDING} cannot be read: {reason}", code="settings_file"
        ) from None
