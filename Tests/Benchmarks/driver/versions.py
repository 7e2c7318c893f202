"""Which version of each side, and of what it is compiled with or run by, is measured."""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from importlib import metadata

from .programs import Program
from .sides import (
    ASYNCIO,
    BACKSTAGE,
    CAF,
    ERLANG,
    FLOOR,
    GLIB,
    IN_PYTHON,
    IN_SWIFT,
    PYKKA,
    PYTHON,
    THESPIAN,
    ZEROMQ,
)

PACKAGES = {
    CAF: "libcaf-dev",
    ZEROMQ: "libzmq3-dev",
    GLIB: "libglib2.0-dev",
    ERLANG: "erlang-base",
}
NAMES = {CAF: "CAF", ZEROMQ: "ZeroMQ", GLIB: "GLib", ERLANG: "Erlang"}
DISTRIBUTIONS = {PYTHON: "backstage", PYKKA: "pykka", THESPIAN: "thespian"}


@cache
def told_by(command: tuple[str, ...]) -> Sequence[str]:
    """The lines that a command prints; none if it cannot be had."""
    if not shutil.which(command[0]):
        return []
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    return done.stdout.splitlines() if done.returncode == 0 else []


def first_line(*command: str) -> str | None:
    return next(iter(told_by(command)), None)


def swift_version() -> str:
    """Of the compiler on the PATH, which is taken to have built the programs."""
    told = re.search(r"Swift version (\S+)", "\n".join(told_by(("swift", "--version"))))
    return f"Swift {told.group(1)}" if told else "Swift of an unknown version"


def python_version() -> str:
    return f"{platform.python_implementation()} {platform.python_version()}"


def package_version(side: str) -> str:
    """Of the Debian package, if it came in one."""
    version = first_line("dpkg-query", "-W", "-f", "${Version}\n", PACKAGES[side])
    return f"{NAMES[side]} {version}" if version else f"{NAMES[side]} of an unknown version"


def distribution_version(side: str) -> str:
    try:
        return f"{DISTRIBUTIONS[side]} {metadata.version(DISTRIBUTIONS[side])}"
    except metadata.PackageNotFoundError:
        return f"{DISTRIBUTIONS[side]} of an unknown version"


def version_of(side: str, program: Program) -> str:
    if side in (FLOOR, BACKSTAGE):
        library, compiler = (*told_by((program.begin[0], "--version")), "?", "?")[:2]
        return compiler if side == FLOOR else f"Backstage {library}, {swift_version()}"
    if side in IN_SWIFT:
        return swift_version()
    if side == ASYNCIO:
        return python_version()
    if side in IN_PYTHON:
        return f"{distribution_version(side)}, {python_version()}"
    return package_version(side)
