from pathlib import Path

from docflow.adapters.postgres.home import outside_of


def test_what_belongs_to_a_lasting_home_goes_where_nothing_is_swept() -> None:
    assert outside_of(Path("/srv/docflow"))[0] == Path("/var/lib")


def test_what_belongs_to_a_temporary_home_stays_temporary() -> None:
    assert Path("/var/lib") not in outside_of(Path("/tmp/somewhere/home"))
