"""zbar's process may fall, hang, answer nonsense or be missing: scanning goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from kiosk.scanning import zbar
from kiosk.scanning.cascade import Cascade
from kiosk.scanning.zbar import ZbarProcess

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kiosk.scanning.frames import Gray

ROOT = Path(__file__).parents[2]
BLANK = np.full((40, 40), 200, np.uint8)


@pytest.fixture
def start() -> Iterator[Callable[..., ZbarProcess]]:
    """Starts a process that ends with the test; `script` stands for zbar's own program."""
    started: list[ZbarProcess] = []

    def start_one(script: str | None = None) -> ZbarProcess:
        command = None if script is None else (sys.executable, "-I", "-c", "import sys, time\n" + script)
        started.append(ZbarProcess(command))
        return started[-1]

    yield start_one
    for process in started:
        process.close()


def has_ended(pid: int) -> bool:
    """Whether the process is gone, or a zombie that nobody has buried yet."""
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().split()[2] == "Z"


def test_a_killed_process_is_replaced(
    start: Callable[..., ZbarProcess], draw_qr: Callable[..., Gray], wait_for: Callable[..., None]
) -> None:
    """After a memory fault the next picture is read by a new process."""
    process = start()
    assert process.read(draw_qr("before"), wait=True)[0][0] == b"before"
    first = process.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: has_ended(first))
    assert process.read(draw_qr("after"), wait=True)[0][0] == b"after"
    assert process.pid != first


def test_a_process_killed_while_decoding_costs_one_frame(
    start: Callable[..., ZbarProcess], caplog: pytest.LogCaptureFixture
) -> None:
    """The frame that felled zbar is not tried again."""
    process = start("print('ready', flush=True); sys.stdin.buffer.read(8)")
    assert process.read(BLANK, wait=True) == []
    assert "fell or hung" in caplog.text
    assert process.pid is not None


def test_a_hanging_process_is_killed_and_replaced(
    start: Callable[..., ZbarProcess], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A decoder that does not answer holds the scanner up for a moment only."""
    monkeypatch.setattr(zbar, "_ANSWER_TIME", 0.2)
    process = start("print('ready', flush=True); sys.stdin.buffer.read(8); time.sleep(600)")
    first = process.pid
    assert first is not None
    assert process.read(BLANK, wait=True) == []
    assert process.pid not in {None, first}
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)


def test_a_process_that_answers_nonsense_is_replaced(start: Callable[..., ZbarProcess]) -> None:
    """What a damaged process says is not believed."""
    process = start("print('ready', flush=True); sys.stdin.buffer.read(8); print('[[1]]', flush=True); time.sleep(600)")
    first = process.pid
    assert process.read(BLANK, wait=True) == []
    assert process.pid not in {None, first}


def test_a_process_that_keeps_falling_is_left_alone(
    start: Callable[..., ZbarProcess], caplog: pytest.LogCaptureFixture
) -> None:
    """Starting a broken program again and again would cost more than it gives."""
    process = start("sys.exit(1)")
    for _ in range(8):
        assert process.read(BLANK, wait=True) == []
    assert process.pid is None
    assert "for a while" in caplog.text
    assert caplog.text.count("started again") == 5


def test_a_program_that_cannot_be_started_is_survived(caplog: pytest.LogCaptureFixture) -> None:
    """No room for a process is no reason to stop scanning."""
    process = ZbarProcess(("/nowhere/python",))
    assert process.read(BLANK, wait=True) == []
    process.close()
    assert "cannot be started" in caplog.text


def test_a_missing_libzbar0_is_said_once(
    start: Callable[..., ZbarProcess], draw_qr: Callable[..., Gray], caplog: pytest.LogCaptureFixture
) -> None:
    """Without the Debian package scanning goes on with zxing-cpp, after one clear message."""
    cascade = Cascade(start("print('missing', flush=True)"))
    assert cascade.decode_still(BLANK) == []
    assert cascade.decode_still(BLANK) == []
    assert [code.text for code in cascade.decode_still(draw_qr("still read"))] == ["still read"]
    assert caplog.messages == ["libzbar0 is not installed: scanning goes on with zxing-cpp alone"]


def test_the_child_says_that_libzbar0_is_missing(start: Callable[..., ZbarProcess]) -> None:
    """The real program on a machine without the library; pyzbar raises ImportError there."""
    program = zbar.zbar_child.__file__
    process = start(
        f"import runpy\nsys.modules['pyzbar'] = None\nsys.argv = ['child', *sys.argv[1:]]\n"
        f"runpy.run_path({program!r}, run_name='__main__')"
    )
    assert process.read(BLANK, wait=True) == []
    assert process.missing


def test_a_live_frame_does_not_wait_for_a_starting_process(start: Callable[..., ZbarProcess]) -> None:
    """The picture keeps moving while zbar starts."""
    process = start("time.sleep(600)")
    assert process.read(BLANK) == []


def test_a_frame_beyond_the_shared_memory_is_passed_over(
    start: Callable[..., ZbarProcess], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A picture that does not fit is left to zxing-cpp."""
    monkeypatch.setattr(zbar, "CAPACITY", 1000)
    assert start().read(BLANK, wait=True) == []


def test_closing_leaves_no_process(draw_qr: Callable[..., Gray]) -> None:
    """The kiosk's end is the child's end."""
    process = ZbarProcess()
    assert process.read(draw_qr("x"), wait=True)
    pid = process.pid
    assert pid is not None
    process.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_killed_kiosk_leaves_no_zbar_behind(wait_for: Callable[..., None]) -> None:
    """Nobody ends the child then; it notices that its parent is gone."""
    program = (
        "import os, signal, numpy\n"
        "from kiosk.scanning.zbar import ZbarProcess\n"
        "process = ZbarProcess(); process.read(numpy.full((40, 40), 200, numpy.uint8), wait=True)\n"
        "print(process.pid, flush=True); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False, cwd=ROOT, timeout=60)
    wait_for(lambda: has_ended(int(done.stdout)))
    assert done.returncode == -signal.SIGKILL


def test_a_child_that_does_not_end_is_killed(
    start: Callable[..., ZbarProcess], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hanging decoder cannot hold up the kiosk's stop."""
    monkeypatch.setattr(zbar, "_END_TIME", 0.05)
    process = start("print('ready', flush=True); time.sleep(600)")
    pid = process.pid
    assert pid is not None
    process.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
