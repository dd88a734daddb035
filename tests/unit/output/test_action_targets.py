from typing import Any

import pytest
from docflow.domain.action_targets import action_addresses, target_problems
from docflow.domain.plain_secrets import plain_secrets
from docflow.domain.secret_references import references, variable_of, with_secrets
from docflow.domain.stages import ActionType

S = {"$secret": "KEY"}
MAPPING = {"a": "fields.x"}
DATEV = {"consultant": 1001, "client": 1, "booking": {"amount": "fields.total"}}
GOOD: list[tuple[str, dict[str, Any]]] = [
    ("webhook", {"url": "https://x.example", "headers": {"X-Key": S}}),
    ("file_export", {}),
    ("file_export", {"format": "datev", "datev": DATEV, "folder": "a/{{fields.x}}", "file_name": "{date}"}),
    ("file_export", {"bucket": {"url": "gs://b", "service_account_key": S}}),
    ("email", {"to": ["a@b.test"], "text": "{{fields.x}} {{7*7}}", "attach": ["xlsx"]}),
    (
        "database_insert",
        {
            "url": "postgresql+psycopg://h:1/d",
            "username": "u",
            "password": S,
            "table": "t",
            "columns": MAPPING,
        },
    ),
    (
        "erp_integration",
        {"url": "https://x.example", "mapping": MAPPING, "auth": {"kind": "bearer", "token": S}},
    ),
    ("erp_integration", {"url": "https://x.example", "format": "datev", "datev": DATEV}),
]
BAD: list[tuple[str, dict[str, Any], tuple[str, ...]]] = [
    ("webhook", {"url": "x"}, ("url",)),
    ("webhook", {"url": "https://x.example", "headers": {"X": 7}}, ("headers", "X")),
    ("file_export", {"format": "exe"}, ("format",)),
    ("file_export", {"format": "datev"}, ("datev",)),
    ("file_export", {"folder": "a/.."}, ("folder",)),
    ("file_export", {"file_name": "{{x.__class__}}"}, ("file_name",)),
    (
        "file_export",
        {"bucket": {"url": "s3://b", "region": "r", "access_key_id": "a", "secret_access_key": "plain"}},
        ("bucket", "secret_access_key"),
    ),
    ("email", {"to": "nobody"}, ("to",)),
    ("email", {"to": "a@b.test", "html": "{{process.x}}"}, ("html",)),
    ("email", {"to": "a@b.test", "attach": ["exe"]}, ("attach",)),
    (
        "database_insert",
        {"url": "postgresql+psycopg://u:p@h/d", "password": S, "table": "t", "columns": MAPPING},
        ("url",),
    ),
    (
        "database_insert",
        {"url": "postgresql+psycopg://h/d", "password": S, "table": "t;", "columns": MAPPING},
        ("table",),
    ),
    (
        "database_insert",
        {"url": "postgresql+psycopg://h/d", "password": "plain", "table": "t", "columns": MAPPING},
        ("password",),
    ),
    ("erp_integration", {"url": "https://x.example", "mapping": {}}, ("mapping",)),
    (
        "erp_integration",
        {"url": "https://x.example", "mapping": MAPPING, "auth": {"kind": "bearer", "token": "plain"}},
        ("auth", "token"),
    ),
    (
        "erp_integration",
        {"url": "https://x.example", "mapping": MAPPING, "auth": {"kind": {}}},
        ("auth", "kind"),
    ),
]


@pytest.mark.parametrize(("kind", "config"), GOOD)
def test_a_sound_target_can_be_published(kind: str, config: dict[str, Any]) -> None:
    assert list(target_problems(ActionType(kind), config)) == []
    assert list(plain_secrets(config)) == []


@pytest.mark.parametrize(("kind", "config", "path"), BAD)
def test_a_wrong_target_is_told_by_its_place(
    kind: str, config: dict[str, Any], path: tuple[str, ...]
) -> None:
    assert [found for found, _ in target_problems(ActionType(kind), config)] == [path]


def test_every_address_of_a_target_is_judged() -> None:
    erp = {"url": "https://a.example", "auth": {"token_url": "https://b.example"}}
    bucket = {"bucket": {"url": "s3://b", "endpoint": "http://c.example"}}
    actions = [{"target_config": erp}, {"target_config": bucket}, {"target_config": None}, "x"]
    assert action_addresses(actions) == ["https://a.example", "https://b.example", "http://c.example"]


def test_a_reference_is_no_secret_and_what_looks_like_one_is() -> None:
    assert list(plain_secrets({"password": S})) == []
    assert list(plain_secrets({"password": {"$secret": "lower"}})) == [("password", "$secret")]
    assert list(plain_secrets({"password": {"$secret": "KEY", "x": 1}})) == [("password", "$secret")]


def test_secrets_stand_in_their_places_in_a_copy() -> None:
    config = {"a": S, "b": [{"c": S}], "d": "KEY"}
    assert set(references(config)) == {"KEY"}
    assert with_secrets(config, lambda name: f"<{name}>") == {"a": "<KEY>", "b": [{"c": "<KEY>"}], "d": "KEY"}
    assert config["a"] is S


def test_no_two_clients_share_a_variable() -> None:
    slugs = ["a", "a-b", "a-b-c", "ab", "a1", "a-1"]
    names = ["B", "B_C", "B__C", "C", "B_", "X1"]
    made = [variable_of(slug, name) for slug in slugs for name in names]
    assert len(set(made)) == len(made)
    assert variable_of("acme-prod", "KEY") == "DOCFLOW_SECRET_ACME__PROD_KEY"
