"""Writes the dashboards beside it: `python deploy/grafana/dashboards.py`. A panel is a title, a unit and its queries."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "dashboards"
_WIDTH, _HEIGHT, _PER_ROW = 8, 8, 3


@dataclass(frozen=True)
class Panel:
    """`queries` maps a legend to its expression."""

    title: str
    unit: str
    queries: dict[str, str]


def quantile(share: float, metric: str, by: str) -> str:
    return f"histogram_quantile({share}, sum by (le, {by}) (rate({metric}_bucket[5m])))"


def per_second(metric: str, by: str) -> str:
    return f"sum by ({by}) (rate({metric}[5m]))"


BOARDS: dict[str, tuple[Panel, ...]] = {
    "Pipeline": (
        Panel("Due runs", "short", {"{{stage}}": "max by (stage) (docflow_queue_runs_ready)"}),
        Panel("Longest wait", "s", {"{{stage}}": "max by (stage) (docflow_queue_oldest_seconds)"}),
        Panel("In hand", "short", {"{{stage}}": "max by (stage) (docflow_queue_runs_claimed)"}),
        Panel("Stages finished", "ops", {"{{stage}} {{outcome}}": per_second("docflow_stage_seconds_count", "stage, outcome")}),
        Panel("Stage duration, median", "s", {"{{stage}}": quantile(0.5, "docflow_stage_seconds", "stage")}),
        Panel("Stage duration, 95 %", "s", {"{{stage}}": quantile(0.95, "docflow_stage_seconds", "stage")}),
        Panel("Waiting for another try", "short", {"{{stage}}": "max by (stage) (docflow_queue_runs_delayed)"}),
        Panel("Failed for good, 24 h", "short", {"{{stage}}": "max by (stage) (docflow_dead_runs)"}),
        Panel("Workers alive", "short", {"{{worker}}": "max by (worker) (docflow_workers_alive)"}),
        Panel(
            "Claims, losses, releases",
            "ops",
            {
                "claimed": "sum(rate(docflow_runs_claimed_total[5m]))",
                "lost": "sum(rate(docflow_runs_lost_total[5m]))",
                "released": "sum(rate(docflow_runs_released_total[5m]))",
                "claims failed": "sum(rate(docflow_claim_failures_total[5m]))",
                "given up": "sum(rate(docflow_workers_given_up_total[5m]))",
            },
        ),
        Panel("Requests", "reqps", {"{{route}} {{status}}": per_second("docflow_http_requests_total", "route, status")}),
        Panel("Request duration, 95 %", "s", {"{{route}}": quantile(0.95, "docflow_http_request_seconds", "route")}),
        Panel("Sign-ins", "ops", {"{{outcome}}": per_second("docflow_logins_total", "outcome")}),
        Panel("Open streams", "short", {"streams": "sum(docflow_event_streams)"}),
        Panel("Deliveries and actions", "ops", {"{{lane}} {{state}}": per_second("docflow_sendings_total", "lane, state")}),
        Panel(
            "Due deliveries and actions",
            "short",
            {"{{lane}}": "max by (lane) (docflow_sendings_due)", "{{lane}}, oldest s": "max by (lane) (docflow_sendings_oldest_seconds)"},
        ),
        Panel("Outbox", "short", {"{{kind}}": "max by (kind) (docflow_outbox_rows)"}),
        Panel("Connections in use", "short", {"{{service}} {{pool}}": 'sum by (service, pool) (docflow_pool_connections{state="busy"})'}),
        Panel("Child processes that ended in mid-call", "ops", {"{{pool}} {{reason}}": per_second("docflow_child_exits_total", "pool, reason")}),
        Panel("Model calls", "ops", {"{{provider}} {{outcome}}": per_second("docflow_llm_call_seconds_count", "provider, outcome")}),
        Panel("Model call, 95 %", "s", {"{{provider}}": quantile(0.95, "docflow_llm_call_seconds", "provider")}),
        Panel("Model tokens", "short", {"{{provider}} {{kind}}": per_second("docflow_llm_tokens_total", "provider, kind")}),
        Panel(
            "Model cost, $ an hour",
            "short",
            {
                "{{provider}}": f'3600 * {per_second("docflow_llm_cost_usd_total", "provider")}',
                "{{provider}}, calls of unknown cost": per_second("docflow_llm_unpriced_calls_total", "provider"),
            },
        ),
        Panel(
            "Answers known, calls without room, keys refused",
            "ops",
            {
                "{{provider}}, known": per_second("docflow_llm_cache_hits_total", "provider"),
                "{{provider}}, no room: {{reason}}": per_second("docflow_llm_no_room_total", "provider, reason"),
                "{{provider}}, refused: {{reason}}": per_second("docflow_llm_shut_out_total", "provider, reason"),
            },
        ),
        Panel("Broker", "short", {"{{service}}": "min by (service) (docflow_transport_up)"}),
        Panel("Hints dropped, found by polling", "ops", {"{{service}}": per_second("docflow_hints_dropped_total", "service")}),
        Panel("Memory", "bytes", {"{{service}}": "sum by (service) (process_resident_memory_bytes)"}),
        Panel("Processor", "percentunit", {"{{service}}": per_second("process_cpu_seconds_total", "service")}),
    ),
    "Audit": (
        Panel("Records that wait", "short", {"records": "max(docflow_audit_waiting_rows)"}),
        Panel("Lag", "s", {"lag": "max(docflow_audit_lag_seconds)"}),
        Panel("Dead rows", "short", {"rows": "max(docflow_audit_dead_rows)"}),
        Panel("Records written", "ops", {"records": "sum(rate(docflow_audit_rows_total[5m]))"}),
        Panel("Records per commit", "short", {"median": "histogram_quantile(0.5, sum by (le) (rate(docflow_audit_batch_rows_bucket[5m])))"}),
        Panel(
            "Refused and buried",
            "short",
            {
                "batches refused": "sum(increase(docflow_audit_batches_refused_total[1h]))",
                "records buried": "sum(increase(docflow_audit_buried_total[1h]))",
            },
        ),
        Panel(
            "Chain ends kept outside",
            "short",
            {"ends": "sum(increase(docflow_audit_anchored_total[1h]))", "failures": "sum(increase(docflow_audit_anchor_failures_total[1h]))"},
        ),
        Panel("Age of the last look at the chains", "s", {"age": "time() - max(docflow_audit_anchored_timestamp_seconds > 0)"}),
        Panel("Events published", "ops", {"events": "sum(rate(docflow_outbox_published_total[5m]))", "failures": "sum(rate(docflow_outbox_relay_failures_total[5m]))"}),
    ),
    "Cost and quality": (
        Panel("Held for a person", "percentunit", {"share": 'sum(rate(docflow_stage_seconds_count{outcome="held"}[1h])) / sum(rate(docflow_stage_seconds_count{stage="INTELLIGENT_PROCESS"}[1h]))'}),
        Panel("Open reviews", "short", {"reviews": "max(docflow_reviews_open)", "blind samples": "max(docflow_review_samples_open)"}),
        Panel("Oldest open review", "s", {"wait": "max(docflow_reviews_oldest_seconds)"}),
        Panel("Failed and retried", "ops", {"{{stage}} {{outcome}}": 'sum by (stage, outcome) (rate(docflow_stage_seconds_count{outcome=~"failed|retry|timeout"}[1h]))'}),
        Panel("Seconds of work per stage", "s", {"{{stage}}": per_second("docflow_stage_seconds_sum", "stage")}),
    ),
}  # fmt: skip


def board(title: str, panels: tuple[Panel, ...]) -> dict[str, Any]:
    return {
        "uid": f"docflow-{title.lower().replace(' ', '-')}",
        "title": title,
        "tags": ["docflow"],
        "timezone": "utc",
        "refresh": "15s",
        "schemaVersion": 39,
        "time": {"from": "now-3h", "to": "now"},
        "panels": [_panel(number, panel) for number, panel in enumerate(panels)],
    }


def _panel(number: int, panel: Panel) -> dict[str, Any]:
    row, column = divmod(number, _PER_ROW)
    return {
        "id": number + 1,
        "type": "timeseries",
        "title": panel.title,
        "datasource": {"type": "prometheus", "uid": "prometheus"},
        "gridPos": {"x": column * _WIDTH, "y": row * _HEIGHT, "w": _WIDTH, "h": _HEIGHT},
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "targets": [
            {"refId": chr(ord("A") + place), "expr": expression, "legendFormat": legend}
            for place, (legend, expression) in enumerate(panel.queries.items())
        ],
    }


def written() -> dict[Path, str]:
    """Each file's text."""
    return {
        FOLDER / f"{title.lower().replace(' ', '-')}.json": json.dumps(board(title, panels), indent=1) + "\n"
        for title, panels in BOARDS.items()
    }


if __name__ == "__main__":
    for path, text in written().items():
        path.write_text(text, encoding="utf-8")
