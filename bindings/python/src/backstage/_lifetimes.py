"""What becomes of engines when the interpreter exits or the process forks."""

from __future__ import annotations

import atexit
import os
import threading
import weakref
from typing import TYPE_CHECKING

from .errors import BackstageError

if TYPE_CHECKING:
    from ._core import Core
    from ._engine import Engine

_engines: weakref.WeakSet[Engine] = weakref.WeakSet()
_cores: weakref.WeakSet[Core] = weakref.WeakSet()


def remember(engine: Engine, core: Core) -> None:
    """Sees to an engine that nobody may close."""
    _engines.add(engine)
    _cores.add(core)


def _stop_all() -> None:
    # Before Python waits for its threads: those that run an engine would never end.
    for core in list(_cores):
        core.stop()


def _close_all() -> None:
    # While callbacks can still run. An engine of another thread cannot be closed from here.
    for engine in list(_engines):
        try:
            engine.close()
        except BackstageError:
            pass


def _forget_all() -> None:
    # In a child process: its parent's engines are not to be touched, not even to free them.
    for core in list(_cores):
        core.engine = None
        core.loop = None


# Threads that are not daemons are waited for before atexit's functions are called.
getattr(threading, "_register_atexit", atexit.register)(_stop_all)
atexit.register(_close_all)
os.register_at_fork(after_in_child=_forget_all)
