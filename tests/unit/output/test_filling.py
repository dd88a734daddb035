import pytest
from docflow.domain.filling import TemplateInvalid, filled, filled_folder, filled_name, places
from hypothesis import given, settings
from hypothesis import strategies as st

VALUES = {"external_id": "INV/7", "fields.total": "119.00", "fields.seller.name": "Nord", "date": None}


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{external_id}} of {{ fields.total }}", "INV/7 of 119.00"),
        ("{{fields.seller.name}}{{date}}!", "Nord!"),
        ("{{7*7}} {{ 7 * 7 }} {external_id} {%x%}", "{{7*7}} {{ 7 * 7 }} {external_id} {%x%}"),
        ("{{''.__class__}} {{a[0]}} {{f()}}", "{{''.__class__}} {{a[0]}} {{f()}}"),
    ],
)
def test_known_names_are_filled_in_and_all_else_stays(template: str, text: str) -> None:
    assert filled(template, VALUES) == text


@pytest.mark.parametrize(
    "template",
    ["{{external_id.__class__}}", "{{fields}}", "{{fields.total.real}}", "{{config}}", "{{self.x}}"],
)
def test_a_name_that_reaches_for_more_is_refused(template: str) -> None:
    with pytest.raises(TemplateInvalid):
        filled(template, VALUES)


def test_what_was_filled_in_is_not_looked_at_again() -> None:
    assert filled("{{external_id}}", {"external_id": "{{date}}", "date": "x"}) == "{{date}}"
    assert filled_name("{{external_id}}", {"external_id": "{date}{{date}}", "date": "x"}) == "date_date"


def test_a_calculation_in_a_file_name_stays_its_letters() -> None:
    assert filled_name("a-{{7*7}}", VALUES) == "a-_7_7"


@pytest.mark.parametrize(
    ("template", "folder"),
    [("", ""), ("a/{{external_id}}/b", "a/INV_7/b"), ("/x//y/", "x/y"), ("{{external_id}}", "INV_7")],
)
def test_folders_come_from_the_template_alone(template: str, folder: str) -> None:
    assert filled_folder(template, VALUES) == folder


@pytest.mark.parametrize("template", ["..", "a/../b", "./x/..", "a/" * 9, "{{date}}"])
def test_a_folder_that_leads_elsewhere_or_nowhere_is_refused(template: str) -> None:
    with pytest.raises(ValueError):
        filled_folder(template, VALUES)


@settings(deadline=None)
@given(st.text(), st.text())
def test_no_value_leaves_its_folder(template: str, value: str) -> None:
    try:
        made = filled_folder(f"out/{template.replace('/', '')}{{{{v}}}}", {"v": value})
    except ValueError:
        return
    assert made.startswith("out/")
    assert ".." not in made.split("/")
    assert made.count("/") == 1


def test_the_places_of_a_template_are_known() -> None:
    assert list(places("{{a}} {{ b.c }} {{7}}")) == ["a", "b.c"]
