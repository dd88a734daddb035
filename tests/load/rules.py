"""Milliseconds that twenty rules of every form take over an invoice of fifty lines."""

import time
from collections.abc import Mapping
from statistics import median
from typing import Any

from docflow.adapters.schemas.rust import found_in_text
from docflow.domain.evidence import values_of
from docflow.domain.facts import About
from docflow.domain.json_types import JsonObject
from docflow.domain.rule_list import Checked, findings_of

LINES = 50
TIMES = 200
_MONEY = {"type": ["string", "null"], "x-kind": "money"}
SCHEMA: JsonObject = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("net_total", "tax_total", "grand_total"), _MONEY),
        **{name: {"type": "string", "x-kind": "date"} for name in ("issue_date", "due_date")},
        "invoice_number": {"type": "string", "x-kind": "id"},
        "order_number": {"type": "string", "x-kind": "id"},
        "currency": {"type": "string", "x-kind": "currency"},
        "seller_name": {"type": "string", "x-kind": "party"},
        "line_items": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "article_number": {"type": "string", "x-kind": "id"},
                    "quantity": {"type": "string", "x-kind": "quantity"},
                    "unit_price": _MONEY,
                    "line_total": _MONEY,
                },
            },
        },
    },
}
EXPRESSIONS = (
    "grand_total - net_total == tax_total",
    "sum(line_items.map(line, line.line_total)) == net_total",
    "line_items.all(line, line.quantity * line.unit_price - line.line_total < 0.02)",
    "line_items.all(line, line.unit_price > 0 && line.quantity > 0)",
    "line_items.exists(line, line.line_total > 10)",
    "line_items.filter(line, line.line_total > 1000).all(line, has(line.article_number))",
    "max(line_items.map(line, line.line_total)) < grand_total",
    "due_date - issue_date <= 60 && due_date >= issue_date",
    "currency in ['EUR', 'USD', 'GBP'] && invoice_number.startsWith('R')",
    "confidence.grand_total > 0.8 && (grand_total < 10000 || has(order_number))",
)
RULES: tuple[JsonObject, ...] = (
    *({"rule": "expression", "expr": expr} for expr in EXPRESSIONS),
    {"field": "line_items[].quantity", "rule": "greater_than", "value": 0},
    {"field": "line_items[].line_total", "rule": "required"},
    {"field": "line_items[].line_total", "rule": "sum_equals", "compare_to": "net_total", "value": "0.02"},
    {"field": "net_total", "rule": "sum_equals", "compare_to": "line_items[].line_total"},
    {
        "field": "line_items[].unit_price",
        "rule": "less_than_or_equal",
        "compare_to": "line_items[].line_total",
    },
    {"field": "line_items[].article_number", "rule": "regex", "value": "^A-[0-9]+$"},
    {"field": "due_date", "rule": "date_after", "compare_to": "issue_date"},
    {"field": "currency", "rule": "in_list", "value": ["EUR", "USD"]},
    {"field": "order_number", "rule": "required_if", "compare_to": "currency", "value": "EUR"},
    {
        "rule": "match",
        "with": "purchase_order",
        "on": "order_number",
        "compare": ["currency", {"field": "grand_total", "tolerance": "0.01"}],
        "lines": {
            "table": "line_items",
            "key": "article_number",
            "compare": ["quantity", {"column": "unit_price", "tolerance": "1%"}],
        },
    },
)


def measure() -> Mapping[str, float]:
    checked = _invoice()
    took = []
    for _ in range(TIMES):
        began = time.perf_counter()
        found = findings_of(RULES, checked)
        took.append(1000 * (time.perf_counter() - began))
    if found:
        raise RuntimeError(f"the invoice is sound, yet it was found: {found[0].code}")
    took.sort()
    return {"rules_50_lines_ms": median(took), "rules_50_lines_p95_ms": took[int(0.95 * TIMES)]}


def _invoice() -> Checked:
    lines = [
        {
            "article_number": f"A-{n}",
            "quantity": "3",
            "unit_price": f"{n}.50",
            "line_total": f"{3 * n + 1}.50",
        }
        for n in range(1, LINES + 1)
    ]
    net = sum(3 * n + 1.5 for n in range(1, LINES + 1))
    fields = {
        "net_total": f"{net:.2f}", "tax_total": "19.00", "grand_total": f"{net + 19:.2f}", "currency": "EUR",
        "issue_date": "2026-11-01", "due_date": "2026-11-30", "invoice_number": "R-1", "order_number": "4711",
        "seller_name": "Acme",
    }  # fmt: skip
    read = {"fields": _cells(fields), "tables": {"line_items": [_cells(line) for line in lines]}}
    documents = [{"document_id": name, **read} for name in ("invoice", "order")]
    extraction = {**read, "documents": documents}
    about = About(extraction, process_type_id="invoice", types={"order": "purchase_order"})
    return Checked(SCHEMA, values_of(extraction), about, found_in_text)


def _cells(values: Mapping[str, str]) -> dict[str, Any]:
    return {name: {"value": value, "confidence": 0.95, "page": 1} for name, value in values.items()}


if __name__ == "__main__":
    print(measure())
