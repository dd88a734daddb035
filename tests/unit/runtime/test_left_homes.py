import os
from pathlib import Path

from docflow.adapters.postgres.home import HomeLock, remove_left_homes


def test_a_home_that_a_killed_process_left_is_removed_and_no_other(tmp_path: Path) -> None:
    left, held, fresh, foreign = [
        tmp_path / name for name in ("server-left", "server-held", "server-fresh", "home")
    ]
    for home in (left, held, fresh, foreign):
        home.mkdir()
        (home / "postgres.lock").touch()
        if home is not fresh:
            os.utime(home / "postgres.lock", (0, 0))
    lock = HomeLock(held)
    lock.take(wait_s=0)
    os.utime(held / "postgres.lock", (0, 0))
    remove_left_homes(tmp_path, "server-")
    lock.release()
    assert {path.name for path in tmp_path.iterdir()} == {"server-held", "server-fresh", "home"}
