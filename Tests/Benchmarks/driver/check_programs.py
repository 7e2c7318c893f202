"""The programs that are checked, and one run of one of them."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .check_model import CheckFailed
from .sides import SWIFT
from .versions import swift_version

SECONDS_OF_A_RUN = 60  # a guard against a hang
SIZES = {"timer among N": 1000}
WITH_WARM_UP = 1.1  # a run does a tenth of its count first, to get warm


@dataclass(frozen=True)
class Told:
    fd: str  # what it wrote to the descriptor
    output: str
    errors: str


FD = "the descriptor"
Variables = Mapping[str, str | Path]  # of the environment


def run(
    command: Sequence[str | Path],
    fd_option: str | None = None,
    environment: Variables | None = None,
) -> Told:
    """An option, or a variable whose value is FD, tells it of the descriptor."""
    reading, writing = os.pipe()
    words = [str(word) for word in command]
    words += [fd_option, str(writing)] if fd_option else []
    given = {
        name: str(writing if value == FD else value) for name, value in (environment or {}).items()
    }
    with os.fdopen(reading) as file:
        try:
            done = run_to_end(words, writing, given)
        finally:
            os.close(writing)
        told = file.read()
    if done.returncode != 0:
        raise CheckFailed(f"{' '.join(words)} ended with {done.returncode}: {done.stderr.strip()}")
    return Told(told, done.stdout, done.stderr)


def run_to_end(
    words: list[str], fd: int, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            words,
            check=False,
            capture_output=True,
            text=True,
            timeout=SECONDS_OF_A_RUN,
            pass_fds=(fd,),
            env={**os.environ, **environment},
        )
    except subprocess.TimeoutExpired as late:
        raise CheckFailed(f"{words[0]} took longer than {late.timeout:.0f} s") from None
    except OSError as error:
        raise CheckFailed(str(error)) from None


@dataclass(frozen=True)
class Built:
    """`build`: where CMake has put the programs; `swift_build`: where SwiftPM has."""

    build: Path
    swift_build: Path | None

    @property
    def library(self) -> Path:
        return self.build / "libbackstage.so"

    @property
    def counting(self) -> Path:
        return self.build / "checks" / "libcount_allocations.so"

    @property
    def even_clock(self) -> Path:
        return self.build / "checks" / "libeven_clock.so"

    @property
    def bench(self) -> Path:
        return self.build / "backstage_bench"

    @property
    def checks(self) -> Path:
        return self.build / "checks" / "backstage_checks"

    @property
    def typed_actors(self) -> Path | None:
        return self.swift_build / "typed_actors" if self.swift_build else None

    @property
    def missing(self) -> list[Path]:
        needed = [self.library, self.counting, self.even_clock, self.bench, self.checks]
        needed += [self.typed_actors] if self.typed_actors else []
        return [path for path in needed if not path.exists()]

    def work(self, side: str, workload: str, count: int) -> list[str | Path]:
        program = self.typed_actors if side == SWIFT and self.typed_actors else self.bench
        size = ["--size", str(SIZES[workload])] if workload in SIZES else []
        return [program, "--run", side, "--workload", workload, "--count", str(count), *size]

    def check(self, name: str, amount: int) -> list[str | Path]:
        return [self.checks, name, str(amount)]

    def figures(self, side: str, workload: str, count: int) -> list[float]:
        return numbers(run(self.work(side, workload, count), "--figures-fd").fd)

    def checked(self, name: str, amount: int) -> list[float]:
        return numbers(run(self.check(name, amount)).output)


def numbers(text: str) -> list[float]:
    try:
        return [float(number) for number in json.loads(text)]
    except (TypeError, ValueError):
        raise CheckFailed(f"no figures: {text!r}") from None


def taken_with(built: Built, counter: str) -> dict[str, str]:
    """What the numbers depend on."""
    compiler = run([built.bench, "--version"]).output.splitlines()[-1]
    return {
        "counter": counter,
        "machine": platform.machine(),
        "Swift compiler": swift_version(),
        "C compiler": compiler,
        "C library": " ".join(platform.libc_ver()),
    }
