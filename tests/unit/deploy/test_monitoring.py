"""Dashboards and alerts speak of metrics that the program has."""

import importlib.util
import json
import re
from types import ModuleType
from typing import Any

import pytest
import yaml
from docflow.db.database import Database
from docflow.runtime.measures import _AUDIT, _ENGINE, measure_audit, measure_engine
from docflow.runtime.metrics import Metrics
from docflow_api.metrics import HttpMetrics

from tests.unit.deploy.compose_file import DEPLOY, ROOT, compose, python_services

ALERTS = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text(encoding="utf-8"))
RULES: list[dict[str, Any]] = [rule for group in ALERTS["groups"] for rule in group["rules"]]
BOARDS = sorted((DEPLOY / "grafana" / "dashboards").glob("*.json"))
NAME = re.compile(r"\b(?:docflow|process)_\w+\b")
OF_PROMETHEUS = {"process_resident_memory_bytes", "process_cpu_seconds_total"}


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("dashboards", DEPLOY / "grafana" / "dashboards.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def known() -> set[str]:
    """Every series by its name in the exposition."""
    metrics, nowhere = Metrics(), Database("postgresql+psycopg://nobody@127.0.0.1:1/none")
    measure_engine(metrics, nowhere)
    measure_audit(metrics, nowhere)
    names = set(OF_PROMETHEUS)
    for registry in (metrics.registry, HttpMetrics().registry):
        for family in registry.collect():
            endings = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum")}.get(
                family.type, ("",)
            )
            names |= {family.name + ending for ending in endings}
    return names


def expressions(board: dict[str, Any]) -> list[str]:
    return [target["expr"] for panel in board["panels"] for target in panel["targets"]]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_speaks_of_metrics_that_exist(rule: dict[str, Any]) -> None:
    assert set(NAME.findall(rule["expr"])) - known() == set()


@pytest.mark.parametrize("board", BOARDS, ids=lambda path: path.stem)
def test_a_dashboard_speaks_of_metrics_that_exist(board: Any) -> None:
    shown = {name for each in expressions(json.loads(board.read_text())) for name in NAME.findall(each)}
    assert shown
    assert shown - known() == set()


def test_every_metric_of_the_program_is_on_a_dashboard() -> None:
    shown = {
        name
        for board in BOARDS
        for each in expressions(json.loads(board.read_text()))
        for name in NAME.findall(each)
    }
    shown |= {name for rule in RULES for name in NAME.findall(rule["expr"])}
    families = {re.sub(r"_(bucket|count|sum)$", "", name) for name in shown}
    own = {re.sub(r"_(bucket|count|sum)$", "", name) for name in known() if name.startswith("docflow_")}
    assert own - families == set()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_has_a_severity_and_a_runbook_that_says_what_to_do(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in {"critical", "warning", "info"}
    page = ROOT / rule["annotations"]["runbook"]
    assert page.name == f"{rule['alert']}.md"
    assert re.findall(r"^## (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE) == ["Look", "Do"]


def test_every_runbook_belongs_to_an_alert() -> None:
    pages = {page.stem for page in (ROOT / "docs" / "runbooks").glob("*.md")} - {"README"}
    assert pages == {rule["alert"] for rule in RULES}


def test_the_dashboards_are_what_their_source_writes() -> None:
    assert {path.name: path.read_text(encoding="utf-8") for path in BOARDS} == {
        path.name: text for path, text in generator().written().items()
    }


def test_prometheus_looks_for_every_service_at_its_port() -> None:
    config = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text(encoding="utf-8"))
    (job,) = [each for each in config["scrape_configs"] if each["job_name"] == "docflow"]
    looked_up = {name: each["port"] for each in job["dns_sd_configs"] for name in each["names"]}
    ports = {
        name: int(part["environment"]["DOCFLOW_ADMIN__PORT"]) for name, part in python_services().items()
    }
    assert looked_up == ports


def test_no_metric_is_labelled_with_a_client_or_an_id() -> None:
    text = (ROOT / "services/core/src/docflow/runtime").joinpath("metrics.py").read_text(encoding="utf-8")
    assert re.findall(r'"(?:client|client_id|process_id|document_id|user_id)"', text) == []


def test_no_metric_has_a_label_that_prometheus_sets_itself() -> None:
    """It would be renamed at the scrape, and an alert by it would look at the scraped service instead."""
    of_the_database = {kind.label for kind in (*_ENGINE.values(), *_AUDIT.values())}
    counted = {
        label
        for registry in (Metrics().registry, HttpMetrics().registry)
        for each in set(registry._collector_to_names)
        for label in getattr(each, "_labelnames", ())
    }
    assert "worker" in of_the_database
    assert "stage" in counted
    assert {"service", "job", "instance"} & (of_the_database | counted) == set()


def test_the_watchers_reach_the_services_network() -> None:
    services = compose()["services"]
    assert "inside" in services["prometheus"]["networks"]
    assert all("inside" in part["networks"] for part in python_services().values())
