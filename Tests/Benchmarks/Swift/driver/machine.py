"""What it ran on, and what was measured."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from dataclasses import dataclass

from bench.machine import cpu_name

from .options import Options
from .programs import run_c


@dataclass(frozen=True)
class Machine:
    cpu: str
    cpus: int | None
    system: str
    backstage: str
    c_compiler: str
    swift: str

    @classmethod
    def of(cls, options: Options) -> Machine:
        told = run_c(options, "flood")
        return cls(
            cpu=cpu_name(),
            cpus=os.cpu_count(),
            system=platform.platform(),
            backstage=str(told["library"]),
            c_compiler=str(told["compiler"]),
            swift=swift_version(),
        )


def swift_version() -> str:
    """Of the compiler on the PATH, which is taken to have built the programs."""
    swift = shutil.which("swift")
    if not swift:
        return "Swift of an unknown version"
    done = subprocess.run([swift, "--version"], check=False, capture_output=True, text=True)
    lines = [line for line in done.stdout.splitlines() if "Swift version" in line]
    return lines[0].strip() if lines else "Swift of an unknown version"
