"""The engines that the tests of the package's face run on, and what must hold after each test."""

from __future__ import annotations

import faulthandler
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from _pytest.faulthandler import fault_handler_stderr_fd_key

from backstage import Clock, DeadLetter, Engine, _callbacks, codecs

from .support import SECONDS_MAX, ledger_holds


class Logged(logging.Handler):
    """What was logged. A test takes what it expects; nothing may be left."""

    def __init__(self) -> None:
        super().__init__()
        self._records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self._records.append(record)

    def take(self) -> list[logging.LogRecord]:
        """All that was logged since the last time."""
        taken, self._records = self._records, []
        return taken

    def errors(self) -> list[BaseException]:
        """The exceptions that were logged since the last time."""
        taken = [record.exc_info[1] for record in self.take() if record.exc_info]
        return [error for error in taken if error is not None]


@pytest.fixture
def logged() -> Iterator[Logged]:
    """What the package has logged."""
    logger = logging.getLogger("backstage")
    handler = Logged()
    logger.addHandler(handler)
    was = logger.propagate, logger.level
    logger.propagate = False
    logger.setLevel(logging.DEBUG)
    yield handler
    logger.removeHandler(handler)
    logger.propagate, level = was
    logger.setLevel(level)
    left = [record.getMessage() for record in handler.take()]
    assert not left, f"logged unexpectedly: {left}"


@pytest.fixture
def letters() -> list[DeadLetter]:
    """The dead letters of the test's engines."""
    return []


@pytest.fixture
def watchdog(pytestconfig: pytest.Config) -> Iterator[None]:
    """Ends the tests with everybody's traceback if one hangs."""
    stderr = pytestconfig.stash.get(fault_handler_stderr_fd_key, 2)
    faulthandler.dump_traceback_later(SECONDS_MAX, exit=True, file=stderr)
    yield
    faulthandler.cancel_dump_traceback_later()


@pytest.fixture
def make_engine(
    watchdog: None, logged: Logged, letters: list[DeadLetter]
) -> Iterator[Callable[..., Engine]]:
    """Makes engines with a virtual clock. In the end their ledgers hold, and nothing is left."""
    engines: list[Engine] = []

    def make(**options: Any) -> Engine:
        options = {"clock": Clock.VIRTUAL, "dead_letter": letters.append, **options}
        engine = Engine(**options)
        engines.append(engine)
        return engine

    try:
        yield make
        for engine in engines:
            end(engine)
    finally:
        for engine in engines:
            engine.close()
    left = [*codecs._travelling, *codecs._shares]
    codecs._travelling.clear()
    codecs._shares.clear()
    assert not left, "objects that travel by reference were left behind"


def end(engine: Engine) -> None:
    """Closes an engine, and looks at what it leaves."""
    core = engine._core
    if not engine.closed:
        if engine._thread is not None:
            engine.stop()
            engine.join()
        assert ledger_holds(engine)
        engine.close()
    assert not core.cells
    assert not core.touched
    assert not core.views
    assert not core.commands
    assert core.acting is None
    assert core.error is None
    assert core not in _callbacks.engines.values()


@pytest.fixture
def engine(make_engine: Callable[..., Engine]) -> Engine:
    """An engine with a virtual clock."""
    return make_engine()


@pytest.fixture
def started(make_engine: Callable[..., Engine]) -> Iterator[Engine]:
    """An engine that runs on a thread of its own."""
    engine = make_engine(clock=Clock.MONOTONIC)
    engine.start()
    yield engine
    if not engine.closed:
        engine.stop()
        assert engine.join(SECONDS_MAX)
