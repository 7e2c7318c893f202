"""Runs of asyncio on engines whose ledgers must hold at the end."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from backstage import Clock, Engine, aio


@pytest.fixture
def run(make_engine: Callable[..., Engine]) -> Callable[..., Any]:
    """Runs a function of an engine, made with some options, in asyncio on that engine."""

    def run(main: Callable[[Engine], Any], **options: Any) -> Any:
        engine = make_engine(**{"clock": Clock.MONOTONIC, **options})
        return aio.run(main, engine=engine)

    return run


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Two sockets that are connected."""
    ends = socket.socketpair()
    for end in ends:
        end.setblocking(False)
    yield ends
    for end in ends:
        end.close()
