"""A result as one self-contained page: what was read, how sure it is, and the recognised text.

Everything from a document is escaped; there is no script, and nothing is loaded from anywhere.
"""

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from docflow.features.documents.models import Document, PageRow
from docflow.features.processes.models import Process

CSP = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;background:#fff}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #d7dce1;vertical-align:top}
pre{white-space:pre-wrap;background:#f5f7f9;padding:1rem;border-radius:.4rem}.dim{color:#57606a}
@media (prefers-color-scheme:dark){body{background:#0d1117;color:#e6edf3}pre{background:#161b22}
th,td{border-color:#30363d}.dim{color:#9198a1}}
"""


def result_page(
    process: Process, result: Mapping[str, Any], documents: Sequence[Document], pages: Sequence[PageRow]
) -> str:
    title = f"Result {process.process_id}"
    return "".join(
        (
            f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{_e(title)}</title>',
            f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>',
            f"<h1>{_e(process.process_type_id or 'Document')}</h1>",
            f'<p class="dim">{_e(process.status)} · confidence {_share(process.overall_confidence)}</p>',
            f"<p>{_e(result['summary'])}</p>" if result.get("summary") else "",
            *_fields(result.get("fields") or {}),
            *(part for name, rows in (result.get("tables") or {}).items() for part in _table(name, rows)),
            *(part for document in documents for part in _document(document, pages)),
            "</body></html>",
        )
    )


def _fields(fields: Mapping[str, Any]) -> Iterator[str]:
    if not fields:
        return
    yield "<h2>Fields</h2><table><thead><tr><th>Field</th><th>Value</th><th>Confidence</th><th>Page</th>"
    yield "<th>Source</th></tr></thead><tbody>"
    for name, field in fields.items():
        yield f"<tr><th scope=row>{_e(name)}</th><td>{_e(field.get('value'))}</td>"
        yield f"<td>{_share(field.get('confidence'))}</td><td>{_e(field.get('page'))}</td>"
        yield f"<td>{_e(field.get('source'))}</td></tr>"
    yield "</tbody></table>"


def _table(name: str, rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if not rows:
        return
    columns = list(dict.fromkeys(column for row in rows for column in row))
    head = "".join(f"<th>{_e(column)}</th>" for column in columns)
    yield f"<h2>{_e(name)}</h2><table><thead><tr>{head}</tr></thead><tbody>"
    for row in rows:
        cells = "".join(f"<td>{_e((row.get(column) or {}).get('value'))}</td>" for column in columns)
        yield f"<tr>{cells}</tr>"
    yield "</tbody></table>"


def _document(document: Document, pages: Sequence[PageRow]) -> Iterator[str]:
    text = document.ocr_text or ""
    own = [page for page in pages if page.document_id == document.document_id]
    words = sum(page.word_count for page in own) if own else len(text.split())
    count = document.page_count if document.page_count is not None else len(own)
    yield f"<h2>{_e(document.file_name)}</h2>"
    yield f'<p class="dim">{count} {"page" if count == 1 else "pages"} · {words} words · '
    yield f"recognised with confidence {_share(document.ocr_confidence)} "
    yield f"({_e(document.text_source or 'not read')})</p>"
    if document.error_code:
        yield f"<p>Could not be read: {_e(document.error_code)}</p>"
    if text:
        yield f"<pre>{_e(text)}</pre>"


def _share(value: object) -> str:
    return "–" if value is None else f"{float(str(value)) * 100:.1f} %"


def _e(value: object) -> str:
    return "–" if value is None else escape(str(value))
