import pytest
from docflow.adapters.sealing.fernet import FernetSealing
from docflow.domain.errors import PermanentError
from docflow.runtime.readers import answer_sealing
from docflow.runtime.settings import LlmSettings
from pydantic import SecretStr

WORKER, OTHER = FernetSealing(["w" * 40]), FernetSealing(["o" * 40])


def test_processes_with_other_secrets_open_each_others_answers() -> None:
    ours = LlmSettings(answer_keys=[SecretStr("a" * 40)])
    sealed = answer_sealing(ours, WORKER).seal(b"answer")
    assert answer_sealing(ours, OTHER).open(sealed) == b"answer"
    with pytest.raises(PermanentError):
        WORKER.open(sealed)


def test_without_keys_of_their_own_answers_are_sealed_as_the_rest() -> None:
    assert answer_sealing(LlmSettings(), WORKER) is WORKER
