"""hostwatch.py as a program: on a recording, on this machine, in a terminal, and interrupted."""

from __future__ import annotations

import os
import pty
import re
import signal
import struct
import subprocess
import termios
from collections.abc import Callable
from fcntl import ioctl
from pathlib import Path

import pytest

RunExample = Callable[..., subprocess.CompletedProcess[str]]
Start = Callable[..., subprocess.Popen[str]]
HERE = Path(__file__).parent
RECORDINGS = HERE.parents[1] / "Examples"

BALANCED = re.compile(
    r"ledger: accepted ([1-9]\d*) = handled \1 \+ dead 0 \+ queued 0: balanced\n"
    r"dead letters: none\n"
    r"actors: 6 spawned, 0 failed, 0 left\n"
)


def expected(name: str) -> str:
    return (HERE / f"hostwatch_{name}.expected").read_text()


@pytest.mark.parametrize(
    ("name", "failures", "arguments"),
    [
        ("recording", 0, ("--proc", RECORDINGS / "proc")),
        ("fail_at", 3, ("--proc", RECORDINGS / "proc", "--fail-at", 29)),
        ("fail_at_once", 4, ("--proc", RECORDINGS / "proc", "--fail-at", 1)),
        ("missing", 0, ("--proc", RECORDINGS / "proc_missing", "--interval", 500)),
    ],
)
def test_recordings(
    name: str,
    failures: int,
    arguments: tuple[object, ...],
    run_example: RunExample,
    sampler: Path,
) -> None:
    result = run_example("hostwatch.py", "--sampler", sampler, *arguments)
    assert result.stdout == expected(name)
    log = result.stderr.splitlines()
    assert len(log) == failures
    assert all("-1000" in line for line in log)
    assert result.returncode == 0


def test_a_sampler_in_python_that_fails(run_example: RunExample) -> None:
    """It is restarted by its supervisor, and begins the recording anew."""
    result = run_example("hostwatch.py", "--proc", HERE / "proc", "--seconds", 6)
    assert result.stdout == expected("disks")
    assert "ValueError: not a line of /proc/diskstats" in result.stderr
    assert result.returncode == 0


def test_this_machine(run_example: RunExample, sampler: Path) -> None:
    result = run_example("hostwatch.py", "--sampler", sampler, "--seconds", 1, "--interval", 100)
    assert result.stderr == ""
    share, size = r" *\d+\.\d %", r"[\d.]+ ([KMGTP]i)?B"
    shapes = (
        rf"machine    cpu\.(total|\d+) +{share}",
        rf"machine    memory\.(used|swap) +{share}  {size} of {size}",
        rf"machine    network\.[^ ]+ +in +{size}/s  out +{size}/s",
        r"machine    load\.average +\d+\.\d\d",
        r"processes  processes\.count +\d+: \d+ running, \d+ blocked, \d+ zombies",
        rf"processes  processes\.busiest +{share}  \d+ .+",
        rf"disks      disks\.[^ ]+ +in +{size}/s  out +{size}/s",
        r"(machine|disks|processes) +unavailable\.\w+ +.+",
        r"alarm      alarm\.[a-z.]+ +(ALARM: at or above|over: well below) \d+ %( again)?",
    )
    shape = re.compile(rf" *\d+\.\d{{3}}  ({'|'.join(shapes)})\n")
    lines = result.stdout.splitlines(keepends=True)
    assert [line for line in lines[:-3] if not shape.fullmatch(line)] == []
    assert BALANCED.fullmatch("".join(lines[-3:]))
    assert result.returncode == 0
    topics = {line.split()[2] for line in lines[:-3]}
    assert {"memory.used", "processes.count"} <= topics


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_signals_end_it_in_good_order(name: str, start: Start, sampler: Path) -> None:
    arguments = ("--sampler", sampler, "--interval", 50)
    process = start("hostwatch.py", *arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout
    assert process.stdout.readline()
    process.send_signal(signal.Signals[name])
    output, errors = process.communicate()
    assert errors == ""
    assert BALANCED.search(output)
    assert process.returncode == 0


def run_in_terminal(start: Start, rows: int, columns: int, *arguments: object) -> str:
    """All that the program writes to a terminal of this size."""
    controller, terminal = pty.openpty()
    ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    environment = {**os.environ, "TERM": "xterm"}
    environment.pop("NO_COLOR", None)
    streams = {"stdin": terminal, "stdout": terminal, "stderr": terminal}
    process = start("hostwatch.py", *arguments, **streams, env=environment)
    os.close(terminal)
    output = bytearray()
    try:
        while data := os.read(controller, 65536):
            output += data
    except OSError:
        pass  # what the controller's side reads once the terminal is closed
    os.close(controller)
    assert process.wait() == 0
    return output.decode()


def test_a_live_table(start: Start, sampler: Path) -> None:
    proc = RECORDINGS / "proc"
    output = run_in_terminal(start, 40, 100, "--sampler", sampler, "--proc", proc, "--seconds", 3)
    hide, show, control = "\x1b[?25l", "\x1b[?25h", r"\x1b\[[?\d;]*[A-Za-z]"
    assert output.count(hide) == output.count(show) == 1
    up = output.rindex("\x1b[1A", 0, output.index(show))  # the last table begins there
    table = re.sub(control, "", output[up:]).replace("\r", "")
    assert table.lstrip("\n") == expected("table")


def test_a_plain_terminal(start: Start, sampler: Path) -> None:
    arguments = ("--sampler", sampler, "--proc", RECORDINGS / "proc")
    output = run_in_terminal(start, 24, 80, "--plain", *arguments)
    assert output.replace("\r", "") == expected("recording")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--seconds", "-1"),
        ("--interval", "0"),
        ("--interval", "1.5"),
        ("--fail-at", "-1"),
        ("--proc", "/proc/self/stat"),
        ("--colour",),
        ("more",),
    ],
)
def test_bad_options(arguments: tuple[str, ...], run_example: RunExample) -> None:
    result = run_example("hostwatch.py", *arguments)
    assert result.returncode == 2
    assert result.stdout == ""
    assert "usage: hostwatch.py" in result.stderr


def test_no_such_sampler(run_example: RunExample, tmp_path: Path) -> None:
    missing = tmp_path / "missing.so"
    result = run_example("hostwatch.py", "--sampler", missing)
    assert result.returncode == 1
    assert str(missing) in result.stderr
