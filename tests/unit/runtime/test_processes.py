import os
import subprocess
import time
from pathlib import Path

from docflow.adapters.postgres import processes


def test_a_process_is_told_from_a_later_owner_of_its_id() -> None:
    started = processes.started_at(os.getpid())
    assert started is not None
    assert processes.is_same(os.getpid(), started)
    assert not processes.is_same(os.getpid(), started - 60)


def test_a_process_that_ended_has_no_start() -> None:
    with subprocess.Popen(["/bin/sleep", "0"]) as ended:
        pass
    assert processes.started_at(ended.pid) is None


def test_the_start_is_a_time_of_the_epoch() -> None:
    with subprocess.Popen(["/bin/sleep", "60"], cwd="/") as child:
        started = processes.started_at(child.pid)
        here = processes.works_in(child.pid, Path("/"))
        child.kill()
    assert started is not None
    assert abs(started - time.time()) < 5
    assert here in (True, None)
