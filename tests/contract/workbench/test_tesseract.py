"""The program on this machine, where it has one."""

import asyncio
import os
import shutil
from io import BytesIO
from pathlib import Path

import pytest
from docflow.adapters.ocr.tesseract import Tesseract, find_tesseract
from docflow.domain.errors import PermanentError, TransientError
from PIL import Image, ImageDraw, ImageFont

MEMORY_BYTES = 1024**3
LONG, LONGER = (f"{seconds}.{os.getpid()}" for seconds in (47, 48))


def is_running(seconds: str) -> bool:
    """Whether some program sleeps for exactly so long."""
    wanted = b"sleep\0" + seconds.encode()
    return any(wanted in told for told in map(_command, Path("/proc").glob("[0-9]*")))


def _command(process: Path) -> bytes:
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""


def picture(text: str) -> bytes:
    image = Image.new("L", (900, 200), 255)
    ImageDraw.Draw(image).text((40, 60), text, fill=0, font=ImageFont.load_default(48))
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def program(folder: Path, script: str) -> str:
    path = folder / "tesseract"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def engine(name: str, **limits: float) -> Tesseract:
    given = {"timeout_s": 5.0, **limits}
    return Tesseract(
        name, ("eng",), at_once=1, memory_bytes=MEMORY_BYTES, no_network=False, timeout_s=given["timeout_s"]
    )


@pytest.mark.full
@pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract is not on the PATH")
async def test_words_are_read_with_their_places() -> None:
    found = await find_tesseract(at_once=1, memory_bytes=MEMORY_BYTES)
    assert found is not None
    read = await found.read(picture("TOTAL 21.85"))
    assert [word.text for word in read.words] == ["TOTAL", "21.85"]
    assert all(0 <= at <= 1 for word in read.words for at in word.box)
    assert read.words[0].box[2] < read.words[1].box[0]


async def test_no_program_on_the_path_is_no_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert await find_tesseract(at_once=1, memory_bytes=MEMORY_BYTES) is None


async def test_a_program_without_our_languages_is_no_engine(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program(tmp_path, "echo klingon")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert await find_tesseract(at_once=1, memory_bytes=MEMORY_BYTES) is None


async def test_what_takes_too_long_is_ended(tmp_path: Path) -> None:
    slow = engine(program(tmp_path, f"exec sleep {LONG}"), timeout_s=1.0)
    with pytest.raises(PermanentError) as refused:
        await slow.read(b"x")
    assert refused.value.code == "timeout"
    assert not is_running(LONG)


async def test_what_is_called_off_is_ended(tmp_path: Path) -> None:
    slow = engine(program(tmp_path, f"exec sleep {LONGER}"), timeout_s=30.0)
    reading = asyncio.create_task(slow.read(b"x"))
    while not is_running(LONGER):
        await asyncio.sleep(0.02)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert not is_running(LONGER)


async def test_a_program_that_fails_is_a_refusal_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(PermanentError) as refused:
        await engine(program(tmp_path, "exit 1")).read(b"x")
    assert refused.value.code == "resource_limit"


async def test_a_program_that_is_told_to_end_is_no_fault_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(TransientError):
        await engine(program(tmp_path, "kill -TERM $$")).read(b"x")


async def test_it_runs_within_limits_and_knows_nothing_of_us(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DOCFLOW_AUTH__SECRET", "not-for-it")
    row = "5\\t1\\t1\\t1\\t1\\t1\\t0\\t0\\t10\\t10\\t90\\t%s\\n"
    asked = '"$(ulimit -t)/$(ulimit -v)/$(ulimit -f)/$OMP_THREAD_LIMIT/$DOCFLOW_AUTH__SECRET"'
    script = f"printf 'head\\n1\\t1\\t0\\t0\\t0\\t0\\t0\\t0\\t100\\t100\\t-1\\t\\n'; printf '{row}' {asked}"
    (word,) = (await engine(program(tmp_path, script)).read(b"x")).words
    assert word.text == f"6/{MEMORY_BYTES // 1024}/0/1/"


async def test_a_program_that_is_gone_is_tried_again_later() -> None:
    with pytest.raises(TransientError):
        await engine("/no/such/program").read(b"x")
