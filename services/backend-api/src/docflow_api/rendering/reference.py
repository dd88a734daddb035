"""The reference at /docs: the OpenAPI document as a page that needs no script and no network."""

import re
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from itertools import groupby
from typing import Any

from docflow_api.rendering.operations import Operation, Part, objects, operations, tags

CSP = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"

_STYLE = """
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#57606a;--line:#d7dce1;--back:#fff;--code:#f3f4f6;--link:#4353d6}
@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9198a1;--line:#30363d;--back:#0d1117;--code:#1c2129;--link:#8b97f5}}
body{font:15px/1.55 system-ui,sans-serif;margin:0;color:var(--ink);background:var(--back)}a{color:var(--link)}
main{max-width:56rem;padding:1.5rem;overflow-wrap:anywhere}nav{padding:1.5rem;font-size:.87rem}nav a{text-decoration:none}
nav summary{cursor:pointer;padding:.15rem 0}nav details a{display:block;padding:.1rem 0 .1rem 1rem}
@media (min-width:60rem){body{display:grid;grid-template-columns:20rem 1fr}
nav{position:sticky;top:0;height:100vh;overflow:auto;box-sizing:border-box;border-right:1px solid var(--line)}}
section{border-top:1px solid var(--line);padding:.8rem 0}h3{margin:.2rem 0;font-size:1rem}h4{margin:.8rem 0 .2rem;font-size:.9rem}
code{font:.88em ui-monospace,monospace;background:var(--code);border-radius:4px;padding:.1em .3em}h3 b{color:var(--link);margin-right:.4rem}
table{border-collapse:collapse;width:100%;font-size:.87rem}td{border-top:1px solid var(--line);padding:.3rem .8rem .3rem 0;vertical-align:top}
td:first-child{width:30%}.soft{color:var(--soft)}p{margin:.4rem 0}
"""
_CODE = re.compile(r"`([^`]+)`")


def reference(document: Mapping[str, Any]) -> str:
    title = escape(f"{document['info']['title']} {document['info']['version']}")
    every, kept = operations(document), objects(document)
    names = {one.title for one in kept}
    body = "".join(
        f"<h2>{escape(tag.capitalize())}</h2>"
        + "".join(part for one in group for part in _operation(one, names))
        for tag, group in groupby(every, lambda one: one.tag)
    )
    shown = "".join(_object(one, names) for one in kept)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>'
        f"<nav>{''.join(_contents(document, every))}<a href='#objects'>Objects</a></nav><main><h1>{title}</h1>"
        f"{_paragraphs(document['info']['description'], names)}"
        '<p>For programs: <a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1). Send '
        "<code>Authorization: Bearer &lt;token or API key&gt;</code>. A star marks what must be there.</p>"
        f'{body}<h2 id="objects">Objects</h2>{shown}</main></body></html>'
    )


def _contents(document: Mapping[str, Any], every: Iterable[Operation]) -> Iterator[str]:
    told = dict(tags(document))
    for tag, group in groupby(every, lambda one: one.tag):
        links = "".join(
            f'<a href="#{escape(one.name)}">{escape(one.method)} {escape(one.path.removeprefix("/v1"))}</a>'
            for one in group
        )
        title = escape(told[tag])
        yield f'<details><summary title="{title}">{escape(tag.capitalize())}</summary>{links}</details>'


def _operation(one: Operation, names: set[str]) -> Iterator[str]:
    yield f'<section id="{escape(one.name)}"><h3><b>{escape(one.method)}</b><code>{escape(one.path)}</code></h3>'
    needs = f"Needs <code>{escape(one.caller)}</code>" if one.caller else "Needs no sign-in"
    yield f'{_paragraphs(one.about, names)}<p class="soft">{needs}</p>'
    yield from (f"<h4>{escape(part.title)}</h4>{_part(part, names)}" for part in one.parts)
    rows = "".join(
        f"<tr><td>{escape(status)}</td><td>{_worded(f'{content}. {told}'.strip('. ') or 'no content', names)}</td></tr>"
        for status, told, content in one.answers
    )
    refused = (
        f"<tr><td>refused</td><td>{', '.join(map(escape, one.refusals))}</td></tr>" if one.refusals else ""
    )
    yield f"<h4>Answers</h4><table>{rows}{refused}</table></section>"


def _object(part: Part, names: set[str]) -> str:
    return f'<section id="{escape(part.title)}"><h3>{escape(part.title)}</h3>{_part(part, names)}</section>'


def _part(part: Part, names: set[str]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(each.name)}</code>{' *' if each.is_required else ''}</td>"
        f"<td>{_worded(each.kind, names)}<br><span class='soft'>{_worded(each.note, names)}</span></td></tr>"
        for each in part.members
    )
    return _paragraphs(part.about, names) + (f"<table>{rows}</table>" if rows else "")


def _paragraphs(text: str, names: set[str]) -> str:
    return "".join(f"<p>{_worded(each, names)}</p>" for each in text.split("\n\n") if each.strip())


def _worded(text: str, names: set[str]) -> str:
    """Escaped; what stands between backticks as code, names of objects as links to them."""
    marked = _CODE.sub(r"<code>\1</code>", escape(text))
    return re.sub(r"\b[A-Z]\w+\b", lambda found: _link(found[0], names), marked)


def _link(name: str, names: set[str]) -> str:
    return f'<a href="#{name}">{name}</a>' if name in names else name
