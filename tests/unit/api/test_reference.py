"""The page at /docs, made of the committed description."""

import json
import re
from pathlib import Path
from typing import Any

from docflow_api.rendering.operations import kind, operations
from docflow_api.rendering.reference import reference

ROOT = Path(__file__).parents[3]
DOCUMENT: dict[str, Any] = json.loads((ROOT / "docs/api/openapi.json").read_text(encoding="utf-8"))
PAGE = reference(DOCUMENT)


def test_every_operation_has_a_section_that_the_contents_lead_to() -> None:
    names = {each["operationId"] for path in DOCUMENT["paths"].values() for each in path.values()}
    sections = set(re.findall(r'<section id="(\w+)"><h3><b>', PAGE))
    contents = set(re.findall(r'<a href="#(\w+)">(?:GET|POST|PUT|PATCH|DELETE) ', PAGE))
    assert sections == contents == names


def test_every_link_to_an_object_leads_to_it() -> None:
    named = set(re.findall(r'href="#(\w+)"', PAGE))
    assert sorted(named - set(re.findall(r'id="(\w+)"', PAGE))) == []


def test_an_operation_says_who_may_call_it_what_it_takes_and_what_it_answers() -> None:
    section = PAGE.partition('<section id="decide_review">')[2].partition("</section>")[0]
    assert "Needs <code>reviews:write</code>" in section
    assert (
        "<code>decision</code> *</td><td><code>approve</code>, <code>reject</code>, <code>send_back</code>"
        in section
    )
    assert '<a href="#ProcessOut">ProcessOut</a>. The first of two approvals; still in review' in section
    assert "refused</td><td>400, 401, 403, 404, 409, 412" in section


def test_what_needs_no_caller_says_so() -> None:
    section = PAGE.partition('<section id="login">')[2].partition("</section>")[0]
    assert "Needs no sign-in" in section


def test_text_of_the_description_is_never_markup() -> None:
    told = {"description": "<script>`<b>`</script>", "name": "health"}
    hostile = DOCUMENT | {
        "tags": [*DOCUMENT["tags"][:-1], told],
        "info": DOCUMENT["info"] | {"description": "<i>"},
    }
    assert not re.search(r"<script|<i>|<b>`", reference(hostile))


def test_the_kind_of_a_value_is_told_in_words() -> None:
    assert (
        kind(DOCUMENT, {"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "null"}]})
        == "list of string or null"
    )
    assert kind(DOCUMENT, {"type": "integer", "minimum": 0, "maximum": 55}) == "integer 0..55"
    assert kind(DOCUMENT, {"$ref": "#/components/schemas/ProcessOut"}) == "ProcessOut"
    assert kind(DOCUMENT, {"type": "object", "additionalProperties": {"const": "x"}}) == "object of `x`"
    assert operations(DOCUMENT)[0].tag == "auth"
