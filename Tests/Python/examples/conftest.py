"""Runs the Python examples as programs."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

import backstage

PROJECT = Path(__file__).resolve().parents[3]
EXAMPLES = PROJECT / "bindings/python/examples"
SECONDS_MAX = 120  # a guard against a hang, no measure of anything

sys.path.insert(0, str(EXAMPLES))  # to test parts of hostwatch alone


@pytest.fixture
def run_example() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs an example with arguments; its output is kept."""

    def run(name: str, *arguments: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(EXAMPLES / name), *map(str, arguments)]
        return subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=SECONDS_MAX
        )

    return run


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts an example; it is killed when the test is over, or when it hangs."""
    with ExitStack() as stack:

        def begin(name: str, *arguments: object, **options: Any) -> subprocess.Popen[str]:
            command = [sys.executable, str(EXAMPLES / name), *map(str, arguments)]
            process = subprocess.Popen(command, text=True, **options)
            stack.enter_context(process)
            stack.callback(process.kill)
            guard = threading.Timer(SECONDS_MAX, process.kill)
            guard.start()
            stack.callback(guard.cancel)
            return process

        yield begin


@pytest.fixture(scope="session")
def sampler(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The C sampler, compiled by hand against the package in use: as README.md says."""
    package = Path(backstage.__file__ or "").parent
    include, library = package / "include", package / "libbackstage.so"
    if not library.exists():  # in the source tree
        include, library = PROJECT / "include", Path(os.environ["BACKSTAGE_LIBRARY"])
    output = tmp_path_factory.mktemp("sampler") / "sampler.so"
    source = EXAMPLES / "sampler/sampler.c"
    subprocess.run(
        ["cc", "-shared", "-fPIC", f"-I{include}", source, library, "-o", output],
        check=True,
        timeout=SECONDS_MAX,
    )
    return output
