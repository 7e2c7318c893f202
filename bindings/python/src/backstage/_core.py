"""What the parts of an engine share. The engine's user holds an `Engine`; its actors hold this, so
that an engine can be forgotten while actors live in it."""

from __future__ import annotations

from _thread import get_ident
from collections import deque
from itertools import count
from typing import TYPE_CHECKING, Any

from ._native import library
from .errors import Closed

if TYPE_CHECKING:
    from collections.abc import Callable
    from weakref import ref as WeakReference

    from ._cell import Cell
    from ._engine import Engine
    from ._ref import Ref

#: The actors written in Python, of all engines, by the key that C hands to callbacks.
cells: dict[int, Cell] = {}
next_key = count(1).__next__


class Core:
    """An engine's state on Python's side."""

    __slots__ = (
        "__weakref__",
        "acting",
        "cells",
        "commands",
        "dead_letter",
        "engine",
        "error",
        "failure",
        "gateway",
        "gateways",
        "interrupted",
        "keep",
        "last",
        "loop",
        "on_failure",
        "owner",
        "quiet",
        "running",
        "stepping",
        "stopping",
        "thread",
        "touched",
        "views",
        "wakeup",
    )

    def __init__(self) -> None:
        #: The engine, or None once it is closed.
        self.engine: int | None = None
        self.owner: WeakReference[Engine] | None = None
        self.thread = get_ident()
        self.running = False
        #: Whether it was told to stop, rather than woken.
        self.stopping = False
        #: Whose callback runs.
        self.acting: Cell | None = None
        #: Whether that is a coroutine's, which can wait.
        self.stepping = False
        #: Whom it has sent to first, and by ref those it has sent to since.
        self.last: Ref | None = None
        self.touched: dict[int, Ref] = {}
        #: No further message of the batch in hand.
        self.interrupted = False
        #: What leaves `run` when the callback in hand has returned.
        self.error: BaseException | None = None
        #: The last failure of an actor.
        self.failure: BaseException | None = None
        #: The next line of the engine's log says what has been logged.
        self.quiet = False
        self.cells: dict[int, Cell] = {}
        #: The actor that asks for those outside, and what it is to do for other threads.
        self.gateway: Cell | None = None
        self.gateways = 0
        self.commands: deque[Callable[[], object]] = deque()
        #: Payloads handed out without a copy by the callback in hand.
        self.views: list[Any] = []
        self.dead_letter: Callable[[Any], object] | None = None
        #: Told of every failure of an actor written in Python: who, what it raised, and where.
        self.on_failure: Callable[[Cell, BaseException, str], object] | None = None
        #: asyncio's loop, if that drives coroutines here.
        self.loop: Any = None
        self.wakeup: Any = None
        #: What C has pointers to.
        self.keep: list[Any] = []

    @property
    def handle(self) -> int:
        """The engine, for C."""
        if self.engine is None:
            raise Closed
        return self.engine

    @property
    def is_here(self) -> bool:
        """Whether this is the engine's thread."""
        return self.thread == get_ident()

    def settle(self) -> None:
        """Hands over what the callback in hand has told others so far."""
        touched = self.touched
        if touched:
            self.touched = {}
            for ref in touched.values():
                ref._settle()

    def stop(self) -> None:
        """Ends the run once the callback in hand has returned. Any thread."""
        self.interrupted = self.stopping = True
        if self.engine is not None:
            library.backstage_engine_stop(self.engine)

    def leave(self, error: BaseException) -> None:
        """Lets an exception leave `run`."""
        if self.error is None:
            self.error = error
        self.stop()
