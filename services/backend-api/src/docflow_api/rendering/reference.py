"""The reference at /docs: the OpenAPI document as a page that needs no script and no network."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

CSP = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;background:#fff}
section{border-top:1px solid #d7dce1;padding:.6rem 0}h3{margin:.2rem 0;font-size:1rem}
code{font-family:ui-monospace,monospace}b{display:inline-block;min-width:4rem}li{margin:.15rem 0}
a{color:#0a58ca}@media (prefers-color-scheme:dark){body{background:#0d1117;color:#e6edf3}a{color:#6ea8fe}
section{border-color:#30363d}}
"""


def reference(document: Mapping[str, Any]) -> str:
    title = escape(f"{document['info']['title']} {document['info']['version']}")
    operations = "".join(
        part
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        for part in _operation(path, method, operation)
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body><h1>{title}</h1>'
        '<p>For programs: <a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1). Send '
        "<code>Authorization: Bearer &lt;token or API key&gt;</code>.</p>"
        f"{operations}</body></html>"
    )


def _operation(path: str, method: str, operation: Mapping[str, Any]) -> Iterator[str]:
    anchor = escape(operation["operationId"])
    yield f'<section id="{anchor}"><h3><b>{escape(method.upper())}</b> <code>{escape(path)}</code></h3>'
    yield f"<p>{escape(operation.get('description') or operation.get('summary', ''))}</p><ul>"
    for parameter in operation.get("parameters", ()):
        note = parameter.get("description") or ""
        yield f"<li><code>{escape(parameter['name'])}</code> ({escape(parameter['in'])}) {escape(note)}</li>"
    for kind in operation.get("requestBody", {}).get("content", {}):
        yield f"<li>body: <code>{escape(kind)}</code></li>"
    for status, answer in operation["responses"].items():
        yield f"<li>{escape(status)}: {escape(answer.get('description', ''))}</li>"
    yield "</ul></section>"
