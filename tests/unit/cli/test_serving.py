import gc
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from docflow.domain.errors import UserError
from docflow.runtime.settings import ApiSettings, AuthSettings, DatabaseSettings, Env, Settings
from docflow_cli import services
from docflow_cli.addresses import base_url, open_listener, with_free_port
from docflow_cli.serving import refuse_unsafe
from pydantic import SecretStr


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_free_port_is_used_as_it_is() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        free = server.getsockname()[1]
    assert with_free_port(Settings(api=ApiSettings(port=free))).api.port == free


def test_the_default_port_moves_to_the_next_free_one_when_it_is_taken(taken: int) -> None:
    moved = with_free_port(Settings(api=ApiSettings.model_construct({"host"}, port=taken)))
    assert taken < moved.api.port < taken + 50


def test_two_programs_never_choose_the_same_default_port(taken: int) -> None:
    api = ApiSettings.model_construct({"host"}, port=taken)
    with open_listener(api) as first, open_listener(api) as second:
        assert taken < first.getsockname()[1] < second.getsockname()[1]


def test_a_port_that_was_asked_for_is_never_moved(taken: int) -> None:
    with pytest.raises(UserError, match="DOCFLOW_API__PORT") as refusal:
        with_free_port(Settings(api=ApiSettings(port=taken)))
    assert refusal.value.code == "port_in_use"


def test_the_gateway_alone_never_moves_its_port(taken: int) -> None:
    api = ApiSettings.model_construct({"host"}, port=taken)
    with pytest.raises(UserError) as refusal, open_listener(api, may_move=False):
        pass
    assert refusal.value.code == "port_in_use"


def test_production_names_what_it_was_not_given() -> None:
    with pytest.raises(UserError, match="needs DOCFLOW_AUTH__SECRET and DOCFLOW_DB__URL"):
        refuse_unsafe(Settings(env=Env.PRODUCTION))


def test_production_starts_with_its_secret_and_its_database() -> None:
    url = SecretStr("postgresql+psycopg://docflow_app@db/docflow")
    refuse_unsafe(
        Settings(
            env=Env.PRODUCTION, auth=AuthSettings(secret=SecretStr("s" * 32)), db=DatabaseSettings(url=url)
        )
    )


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::", "http://[::1]:8000"),
    ],
)
def test_the_printed_address_is_one_that_can_be_opened(host: str, url: str) -> None:
    assert base_url(ApiSettings(host=host)) == url


def test_a_second_program_on_the_same_home_is_told_where_the_first_is(tmp_path: Path) -> None:
    import os

    from docflow.runtime.local_state import LocalState, Run, own_start
    from docflow_cli.serving import serve

    LocalState(tmp_path).write_run(
        Run("http://127.0.0.1:1", "k", None, {"docflow": os.getpid()}, own_start())
    )
    with pytest.raises(UserError, match=r"runs already in .*http://127\.0\.0\.1:1"):
        serve(Settings(home=tmp_path))


def test_the_collector_runs_again_once_the_services_are_there_and_leaves_their_code_alone() -> None:
    before = gc.get_freeze_count()
    services.load(("service-audit",))
    assert gc.isenabled()
    assert gc.get_freeze_count() > before
