"""asyncio_web.py as a program: a server on loopback, asked by many at once, and interrupted."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

SECONDS_MAX = 120  # a guard against a hang, no measure of anything


@pytest.fixture
def server(start: Callable[..., subprocess.Popen[str]]) -> Iterator[str]:
    """The address of a running server; Ctrl-C must end it without a word."""
    process = start("asyncio_web.py", 0, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout
    line = process.stdout.readline()
    assert line.endswith("/visits/you\n"), process.communicate()
    yield line.removesuffix("/visits/you\n")
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate()
    assert (output, errors, process.returncode) == ("", "", 0)


def visit(server: str, name: str) -> dict[str, Any]:
    with urlopen(f"{server}/visits/{name}", timeout=SECONDS_MAX) as response:
        answer: dict[str, Any] = json.load(response)
    return answer


def test_visits_are_counted(server: str) -> None:
    assert visit(server, "ann") == {"name": "ann", "visits": 1}
    assert visit(server, "bob") == {"name": "bob", "visits": 1}
    assert visit(server, "ann") == {"name": "ann", "visits": 2}
    with pytest.raises(HTTPError, match="404"):
        visit(server, "ann/twice")


def test_many_at_once(server: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: visit(server, "ann"), range(24)))
    assert sorted(answer["visits"] for answer in answers) == list(range(1, 25))


def test_a_server_that_nobody_visits(server: str) -> None:
    assert server.startswith("http://")
