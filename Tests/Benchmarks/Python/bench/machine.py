"""What it ran on, and where."""

from __future__ import annotations

import os
import platform
import sys
import sysconfig
from contextlib import suppress
from importlib import import_module, metadata

# By library, the distribution that it comes in.
DISTRIBUTIONS = {"pykka": "pykka", "thespian": "thespian"}


def cpu_name() -> str:
    try:
        with open("/proc/cpuinfo") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return "unknown CPU"


def python_version() -> str:
    return f"{platform.python_implementation()} {platform.python_version()}"


def python_build() -> dict[str, object]:
    """How fast an interpreter is depends on how it was built, not on its version alone."""
    return {
        "version": python_version(),
        "executable": os.path.realpath(sys.executable),
        "compiler": platform.python_compiler(),
        "configured": sysconfig.get_config_var("CONFIG_ARGS"),
    }


def version_of(library: str) -> str:
    """The library's version: asyncio's is Python's."""
    if library == "asyncio":
        return platform.python_version()
    try:
        return metadata.version(DISTRIBUTIONS.get(library, library))
    except metadata.PackageNotFoundError:
        # Used from its sources, perhaps.
        with suppress(ImportError):
            return str(getattr(import_module(library), "__version__", "of no version"))
        return "is not installed"


def last_cpu() -> int:
    """The last one allowed: the system's own work tends to be on the first."""
    return max(os.sched_getaffinity(0))


def pin(cpu: int) -> None:
    """To one CPU; a negative one: nowhere."""
    if cpu >= 0:
        os.sched_setaffinity(0, {cpu})


def resident_bytes() -> int:
    """Of this process, now."""
    with open("/proc/self/statm") as file:
        pages = int(file.read().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
