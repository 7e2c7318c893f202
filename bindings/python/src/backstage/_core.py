"""What the parts of an engine share. The engine's user holds an `Engine`; its actors hold this, so
that an engine can be forgotten while actors live in it."""

from __future__ import annotations

from _thread import get_ident
from collections import deque
from collections.abc import Callable
from itertools import count
from threading import RLock
from time import perf_counter_ns
from typing import TYPE_CHECKING, Any

from . import _abi
from ._native import library
from .errors import BackstageError, Closed, OtherEngine, WrongThread

if TYPE_CHECKING:
    import weakref
    from threading import Event

    from ._cell import Cell
    from ._engine import Engine
    from ._ref import Ref

# What is in use outlives a reload of this module.
_former = globals()
#: The actors written in Python, of all engines, by the key that C hands to callbacks.
cells: dict[int, Cell] = _former.get("cells", {})
#: The engines, by the same kind of key.
engines: dict[int, Core] = _former.get("engines", {})
#: What watches descriptors outside actors.
watches: dict[int, Any] = _former.get("watches", {})
next_key: Callable[[], int] = _former.get("next_key", count(1).__next__)


#: What the status of a call comes to that found the engine closed.
CLOSED = Closed.status


class NotBegun(BaseException):
    """What a handler has raised leaves the run, before users' code has begun with a message: that
    stays where it is."""


def is_leaving(cell: Cell) -> bool:
    """Whether an actor that was given messages is to leave them, for the run is to end. One that
    gets them one by one cannot."""
    return cell.core.stopping and not cell.is_narrow


class Core:
    """An engine's state on Python's side."""

    __slots__ = (
        "__weakref__",
        "acting",
        "cells",
        "commands",
        "dead_letter",
        "door",
        "engine",
        "error",
        "failed",
        "failure",
        "gateway",
        "gateways",
        "held",
        "interrupted",
        "is_aside",
        "is_spreading",
        "keep",
        "key",
        "last",
        "lock",
        "loop",
        "now",
        "on_failure",
        "over",
        "owner",
        "quiet",
        "running",
        "sets_aside",
        "stepping",
        "stopping",
        "thread",
        "touched",
        "views",
        "wakeup",
        "why_closed",
    )

    def __init__(self) -> None:
        self.key = next_key()
        #: The engine, or None once it is closed.
        self.engine: int | None = None
        #: The same for other threads, to whom it is closed when that begins. Where one of them
        #: hands it to C nobody may close it in between.
        self.door: int | None = None
        self.lock = RLock()
        self.why_closed: str | None = None
        self.owner: weakref.ref[Engine] | None = None
        self.thread = get_ident()
        self.running = False
        #: What waits for the end of the run, when the interpreter exits.
        self.over: Event | None = None
        #: Whether it was told to stop, rather than woken.
        self.stopping = False
        #: What tells how long actors take; a virtual clock does not, so that runs are repeated.
        self.now: Callable[[], int] = perf_counter_ns
        #: Whose callback runs.
        self.acting: Cell | None = None
        #: Whether that is a coroutine's, which can wait.
        self.stepping = False
        #: Whether sends may be set aside: no limit but the inbox's may refuse them.
        self.sets_aside = True
        #: Whether C takes from this thread what it would take from others, and no more.
        self.is_aside = False
        #: Whether it has published or broadcast objects by reference.
        self.is_spreading = False
        #: Whom it has sent to first, and by ref those it has sent to since.
        self.last: Ref | None = None
        self.touched: dict[int, Ref] = {}
        #: No further message of the batch in hand.
        self.interrupted = False
        #: What leaves `run` when the callback in hand has returned.
        self.error: BaseException | None = None
        #: Whether that has come in the middle of what the callback in hand asked for, and is to be
        #: raised there once this is done.
        self.held = False
        #: The last failure of an actor, and whose it was.
        self.failure: BaseException | None = None
        self.failed: Cell | None = None
        #: How many of the next lines of the engine's log say what has been logged.
        self.quiet = 0
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
        #: The pipe through which signals end the engine's sleep.
        self.wakeup: tuple[int, int] | None = None
        #: What C has pointers to.
        self.keep: list[Any] = []

    @property
    def handle(self) -> int:
        """The engine, for C."""
        if self.engine is None:
            raise Closed(self.why_closed)
        return self.engine

    def from_anywhere(self, function: Any, *args: Any) -> int:
        """Calls a function of C's that any thread may call. Its status, or `CLOSED`."""
        status: int
        if self.thread == get_ident():
            status = function(self.engine, *args)
            is_closed = self.engine is None
        else:
            with self.lock:
                status = function(self.door, *args)
            is_closed = self.door is None
        return CLOSED if is_closed and status == _abi.INVALID_ARGUMENT else status

    def note_spreading(self) -> None:
        """From now on actors without a codec, too, may be sent what travels by reference: of that
        they must give account."""
        if not self.is_spreading:
            self.is_spreading = True
            for cell in self.cells.values():
                cell.is_simple = False

    def number_of(self, actor: Ref) -> int:
        """An actor, for C. Raises `OtherEngine` for one of another engine, which may have the
        number of one of ours."""
        if actor._core is not self:
            raise OtherEngine
        return actor._value

    @property
    def is_here(self) -> bool:
        """Whether this is the engine's thread."""
        return self.thread == get_ident()

    def require_here(self) -> None:
        """Raises `WrongThread` unless this is the engine's thread; `Closed` on any, if it is."""
        self.handle  # noqa: B018
        if self.thread != get_ident():
            raise WrongThread

    def settle_here(self) -> None:
        """As `settle`, where another thread may be: there, nothing is left to it."""
        if self.thread == get_ident():
            self.settle()

    def settle(self) -> None:
        """Hands over what the callback in hand has told others so far."""
        touched = self.touched
        if touched:
            self.touched = {}
            refused: BackstageError | None = None
            for ref in touched.values():
                try:
                    ref._settle()
                except BackstageError as error:
                    refused = refused or error
            if refused is not None:
                raise refused

    def stop(self) -> None:
        """Ends the run once the callback in hand has returned. Any thread."""
        self.interrupted = self.stopping = True
        self.from_anywhere(library.backstage_engine_stop)

    def leave(self, error: BaseException) -> None:
        """Lets an exception leave the run, or the next one if there is none."""
        self.keep_error(error)
        self.interrupted = True
        if self.running or self.loop is not None:
            self.stop()

    def forget_failure(self) -> None:
        """What followed the last failure has been decided. Exceptions are not to be kept any
        longer: they hold on to all that was in use, the engine too."""
        failed, self.failed = self.failed, None
        self.failure = None
        if failed is not None:
            failed.failure = None

    def keep_error(self, error: BaseException) -> None:
        """The same, where the run is over anyway."""
        if self.error is None:
            self.error = error
        elif error is not self.error and self.error.__context__ is None:
            self.error.__context__ = error

    def raise_error(self) -> None:
        """Raises what is to leave the run."""
        error = self.error
        if error is None:
            return
        try:
            raise error
        except BaseException as raised:
            # Ctrl-C may have come before that.
            if raised is not error and raised.__context__ is None:
                raised.__context__ = error
            raise
        finally:
            self.error = None

    def let_go(self) -> None:
        """What the callback in hand asked for is done: it may be interrupted."""
        self.held = False
        if self.error is not None:
            raise self.error
