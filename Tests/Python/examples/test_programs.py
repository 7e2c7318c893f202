"""Every small example writes what it should, and nothing else."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

RunExample = Callable[..., subprocess.CompletedProcess[str]]
HERE = Path(__file__).parent
PROGRAMS = (
    "hello",
    "ping_pong",
    "pub_sub",
    "requests_and_proxy",
    "supervision",
    "stash_become",
    "threads",
    "payload_codecs",
)


@pytest.mark.parametrize("name", PROGRAMS)
def test_program(name: str, run_example: RunExample) -> None:
    result = run_example(f"{name}.py")
    assert result.stderr == ""
    assert result.stdout == (HERE / f"{name}.expected").read_text()
    assert result.returncode == 0


def test_rounds_of_ping_pong(run_example: RunExample) -> None:
    result = run_example("ping_pong.py", 3)
    assert result.stdout == "ping got 3\naccepted 6 = handled 6 + dead 0 + queued 0\n"
    assert (result.returncode, result.stderr) == (0, "")
