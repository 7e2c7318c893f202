"""An engine whose actors are compiled from C keeps Python out for as long as they are busy; signals
get through."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import backstage
from backstage import _library

from .conftest import Running

PROJECT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The plug-in."""
    package = Path(backstage.__file__ or "").parent / "include"
    include = package if package.exists() else PROJECT / "include"
    output = tmp_path_factory.mktemp("busy") / "busy.so"
    source = Path(__file__).with_name("busy.c")
    flags = ["-std=c99", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", f"-I{include}"]
    compiler = os.environ.get("CC", "cc").split()
    subprocess.run([*compiler, *flags, source, _library.path, "-o", output], check=True)
    return output


@pytest.mark.parametrize("clock", ["MONOTONIC", "VIRTUAL"])
@pytest.mark.parametrize("run", ["run()", "run_until_idle()", "run(1000)"])
def test_ctrl_c_ends_the_run(
    start_program: Callable[..., Running], busy: Path, run: str, clock: str
) -> None:
    program = start_program(
        f"""
        engine = Engine(clock=Clock.{clock})
        ball = engine.load({str(busy)!r})
        ball.tell(b"ball")
        for _ in range(10):
            try:
                print("ready", flush=True)
                engine.{run}
            except KeyboardInterrupt:
                counts = engine.statistics()
                assert counts.queued == 1 and counts.dead == 0, counts
                assert counts.accepted == counts.handled + 1
        print("played", engine.statistics().handled > 0)
        engine.close()
        """
    )
    for _ in range(10):
        program.expect("ready")
        program.wait_until_it_works()
        program.interrupt()
    assert program.finish().out == ["played True"]


def test_a_handler_that_raises_nothing_ends_nothing(
    start_program: Callable[..., Running], busy: Path
) -> None:
    program = start_program(
        f"""
        engine = Engine()
        engine.load({str(busy)!r}).tell(b"ball")
        heard = []
        def note(number, frame):
            heard.append(number)
            os.write(1, b"heard\\n")
            if len(heard) == 10:
                engine.stop()
        signal.signal(signal.SIGUSR1, note)
        print("ready", flush=True)
        print(engine.run_until_idle(), len(heard))
        engine.close()
        """
    )
    program.expect("ready")
    for _ in range(10):
        program.interrupt(10)
        program.expect("heard")
    assert program.finish().out == ["True 10"]
