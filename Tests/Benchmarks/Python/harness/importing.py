"""What an import adds to the start of a program."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys

from .clock import seconds


def start_ms(program: str) -> float:
    environment = {**os.environ}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    start = seconds()
    subprocess.run([sys.executable, "-c", program], check=True, env=environment)
    return (seconds() - start) * 1e3


def import_ms(modules: str, count: int) -> float:
    """The median of `count` starts with the import, less that of as many without, in turn."""
    program = f"import {modules}"
    start_ms(program)  # compiles what is not compiled yet
    bare, importing = [], []
    for _ in range(count):
        bare.append(start_ms("pass"))
        importing.append(start_ms(program))
    return statistics.median(importing) - statistics.median(bare)
