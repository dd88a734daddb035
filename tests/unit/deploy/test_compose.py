import re
import subprocess
import sys

import pytest
import yaml
from docflow.runtime.settings import Settings
from docflow_cli.services import PACKAGES
from pydantic import BaseModel

from tests.unit.deploy.compose_file import DEPLOY, ROOT, VARIABLE, Part, compose, python_services, secrets_of

SERVICES: dict[str, Part] = compose()["services"]
DATA_SERVERS = ("postgres", "rabbitmq", "valkey")
EXAMPLE = dict(
    re.findall(r"^#(\w+)=(.*)$", (DEPLOY / ".env.example").read_text(encoding="utf-8"), re.MULTILINE)
)
TEXT = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")


def setting_names(model: type[BaseModel], prefix: str = "DOCFLOW_") -> set[str]:
    names: set[str] = set()
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            names |= setting_names(inner, f"{prefix}{name.upper()}__")
        else:
            names.add(f"{prefix}{name.upper()}")
    return names


def environment(part: Part) -> dict[str, str]:
    given: dict[str, str] = part.get("environment", {})
    return given


def test_every_service_of_the_program_has_its_container() -> None:
    assert set(python_services()) == set(PACKAGES)


@pytest.mark.parametrize("name", [*PACKAGES, "migrate"])
def test_a_container_is_given_only_settings_that_exist(name: str) -> None:
    known = setting_names(Settings)
    given = {each.removesuffix("_FILE") for each in environment(SERVICES[name])}
    assert given - known == set()


@pytest.mark.parametrize("name", SERVICES)
def test_a_file_that_a_setting_names_is_a_secret_of_that_service(name: str) -> None:
    part = SERVICES[name]
    named = {value for value in environment(part).values() if str(value).startswith("/run/secrets/")}
    assert named - set(secrets_of(part).values()) == set()


@pytest.mark.parametrize("name", SERVICES)
def test_every_secret_of_a_service_is_declared(name: str) -> None:
    assert set(secrets_of(SERVICES[name])) - set(compose()["secrets"]) == set()


def test_every_declared_secret_is_made_by_the_script() -> None:
    script = (DEPLOY / "secrets.sh").read_text(encoding="utf-8")
    files = [each["file"].removeprefix("./secrets/") for each in compose()["secrets"].values()]
    assert [file for file in files if file not in script] == []


def test_no_password_stands_in_the_environment() -> None:
    secret = re.compile(r"(PASSWORD|SECRET|_URL|_KEY)$")
    open_addresses = {"DOCFLOW_BLOBS__URL", "DOCFLOW_API__PUBLIC_URL", "WEBHOOK_URL"}
    found = {key for part in SERVICES.values() for key in environment(part) if secret.search(key)}
    assert found - open_addresses == set()


@pytest.mark.parametrize("name", DATA_SERVERS)
def test_a_data_server_is_on_an_inner_network_alone_and_opens_no_port(name: str) -> None:
    part = SERVICES[name]
    assert "ports" not in part
    assert [each for each in part["networks"] if not compose()["networks"][each].get("internal")] == []


def test_only_the_proxy_is_open_to_the_network() -> None:
    ports = {name: part["ports"] for name, part in SERVICES.items() if "ports" in part}
    assert [
        name for name, listed in ports.items() if any(not each.startswith("127.0.0.1:") for each in listed)
    ] == ["nginx"]


def test_only_who_signs_or_opens_sealed_secrets_holds_the_key() -> None:
    assert {name for name, part in SERVICES.items() if "auth_secret" in secrets_of(part)} == {
        "backend-api",
        "worker-output",
    }


def test_who_asks_models_opens_what_another_was_answered() -> None:
    holding = {name for name, part in SERVICES.items() if "answer_key" in secrets_of(part)}
    assert holding == {"backend-api", "worker-ocr", "worker-processor"}
    assert {SERVICES[name]["environment"]["DOCFLOW_LLM__ANSWER_KEYS_FILE"] for name in holding} == {
        "/run/secrets/answer_key"
    }


def test_the_audit_service_holds_no_other_login_to_the_database() -> None:
    assert {name for name in secrets_of(SERVICES["service-audit"]) if "url" in name} == {
        "audit_url",
        "broker_url",
    }


@pytest.mark.parametrize("name", python_services())
def test_a_service_reads_the_operators_own_settings_where_there_are_any(name: str) -> None:
    assert SERVICES[name]["env_file"] == [{"path": "./.env.services", "required": False}]


@pytest.mark.parametrize("name", python_services())
def test_a_service_starts_after_the_migration_and_has_time_to_stop(name: str) -> None:
    part = SERVICES[name]
    assert part["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    assert part["stop_grace_period"] == "30s"


@pytest.mark.parametrize("name", [*python_services(), "migrate", "nginx"])
def test_what_others_can_reach_runs_without_rights(name: str) -> None:
    part = SERVICES[name]
    assert part["read_only"]
    assert part["cap_drop"] == ["ALL"]
    assert part["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", SERVICES)
def test_an_image_has_a_tag(name: str) -> None:
    tag = SERVICES[name]["image"].partition(":")[2]
    assert tag
    assert name in {*PACKAGES, "migrate", "nginx"} or tag != "latest"


@pytest.mark.parametrize("name", [name for name in SERVICES if name not in {*PACKAGES, "migrate"}])
def test_a_server_of_others_is_watched(name: str) -> None:
    """Ours carry the check in their image."""
    assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"


def test_every_file_that_is_mounted_is_there() -> None:
    mounts = [each for part in SERVICES.values() for each in part.get("volumes", [])]
    files = [mount.partition(":")[0] for mount in mounts if mount.startswith("./")]
    assert [file for file in files if not (DEPLOY / file).exists()] == []


def test_every_variable_stands_in_the_example_with_its_default() -> None:
    assert dict(VARIABLE.findall(TEXT)) == EXAMPLE


def test_the_stack_of_n8n_is_this_one() -> None:
    other = yaml.safe_load((DEPLOY / "n8n" / "docker-compose.yml").read_text(encoding="utf-8"))
    included = [(DEPLOY / "n8n" / each["path"]).resolve() for each in other["include"]]
    assert included == [DEPLOY / "compose.yaml"]


def test_the_image_is_started_in_exec_form_by_somebody_without_rights() -> None:
    dockerfile = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    assert re.search(r'^ENTRYPOINT \["docflow"\]$', dockerfile, re.MULTILINE)
    assert re.search(r"^USER \d+:\d+$", dockerfile, re.MULTILINE)
    assert re.search(r"^HEALTHCHECK ", dockerfile, re.MULTILINE)


def test_what_the_image_copies_passes_the_ignore_file() -> None:
    ignore = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8")
    allowed = re.findall(r"^!(\S+)$", ignore, re.MULTILINE)
    dockerfile = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    copied = [
        word
        for line in re.findall(r"^COPY (?!--from)(.*)$", dockerfile, re.MULTILINE)
        for word in line.split()[:-1]
    ]
    assert copied
    assert [
        path for path in copied if not any(path == one or path.startswith(f"{one}/") for one in allowed)
    ] == []
    assert [path for path in allowed if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("extras", ["", "[otel]"])
def test_an_image_sends_traces_only_when_it_was_built_for_that(extras: str) -> None:
    listed = subprocess.run(
        [
            sys.executable,
            str(DEPLOY / "image_requirements.py"),
            str(ROOT / "requirements.lock"),
            f"{ROOT / 'services' / 'core'}{extras}",
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert ("opentelemetry-sdk" in listed) == bool(extras)


def test_the_proxy_alone_shares_a_network_with_the_gateway() -> None:
    """Who is on that network may name the caller's address."""
    on_it = {name for name, part in SERVICES.items() if "door" in part.get("networks", ())}
    assert on_it == {"nginx", "backend-api"}
    assert SERVICES["nginx"]["networks"] == ["door"]


def test_the_ends_of_audit_chains_outlive_their_service() -> None:
    part = SERVICES["service-audit"]
    folder = part["environment"]["DOCFLOW_BLOBS__URL"].removeprefix("file://")
    assert any(mount.endswith(f":{folder}") for mount in part["volumes"])


def test_the_log_is_archived_where_the_base_backups_are_made_from() -> None:
    server = compose(WAL_ARCHIVE="on")["services"]["postgres"]
    assert "-carchive_mode=on" in server["command"]
    assert "-carchive_mode=off" in SERVICES["postgres"]["command"]
    assert {"./backup/wal.sh:/wal.sh:ro", "wal:/wal"} <= set(server["volumes"])
    assert set(SERVICES["backup-wal"]["volumes"]) <= set(server["volumes"])
