from enum import StrEnum
from typing import Annotated

import typer


class Format(StrEnum):
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"
    HTML = "html"
    UBL = "ubl"
    CII = "cii"


def result(
    process_id: Annotated[str, typer.Argument(help="As printed by `docflow submit`.")],
    kind: Annotated[Format, typer.Option("--format", "-f", help="How it is written.")] = Format.JSON,
) -> None:
    """Print the result of a process."""
    import asyncio
    import json
    import sys

    from docflow_cli.gateway import address_of, open_gateway
    from docflow_cli.installation import read_settings

    async def fetch() -> bytes:
        async with open_gateway(*address_of(read_settings().home)) as gateway:
            return await gateway.processes.result_as(process_id, kind.value)

    content = asyncio.run(fetch())
    if kind is Format.JSON:
        content = json.dumps(json.loads(content), indent=2, ensure_ascii=False).encode() + b"\n"
    sys.stdout.buffer.write(content)
