"""docs/reference/*.md is what the code says."""

import pytest
from docflow.runtime.settings import Settings

from scripts.reference import commands, events, schema, settings
from scripts.write_reference import FOLDER, PAGES

MEANINGS = settings.meaning_of_each()
VERBS = dict(commands.verbs())
MODELS = schema.described()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_the_reference_is_what_the_code_says(name: str) -> None:
    written = (FOLDER / name).read_text(encoding="utf-8")
    assert written == PAGES[name](), "run `python -m scripts.write_reference`"


def test_the_folder_holds_no_other_page() -> None:
    assert {file.name for file in FOLDER.iterdir()} == PAGES.keys() | {"README.md"}


@pytest.mark.parametrize("name", [settings.variable(path) for path, _ in settings.fields(Settings)])
def test_a_setting_says_what_it_is_for(name: str) -> None:
    assert MEANINGS[name], f"{name} has no comment of its own in .env.example"


@pytest.mark.parametrize("name", VERBS)
def test_a_verb_and_each_of_its_arguments_say_what_they_do(name: str) -> None:
    assert VERBS[name].help
    assert [each.name for each in VERBS[name].params if not each.help] == []


@pytest.mark.parametrize("name", schema.tables())
def test_a_table_says_what_it_holds(name: str) -> None:
    assert MODELS[name].told


def test_every_event_says_when_it_is_sent() -> None:
    assert events.untold() == []
