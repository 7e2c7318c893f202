"""Signals while an engine runs on the main thread, where Python calls their handlers.

It does so between any two lines, and there appears what a handler raises: Ctrl-C's
KeyboardInterrupt, say. In users' code that is as it is anywhere. But this package must not be cut
short between two of its steps, and what is raised where C calls Python is lost. So meanwhile
handlers are called by a guard: what they raise leaves `run`, at once where users' code can be
interrupted, else as soon as what is done is done. A handler that is put in place inside a callback
is guarded from the next run on.

The engine sleeps in C. Python's wakeup descriptor ends that sleep, so that the handler is called;
if that raises nothing, the engine sleeps on.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import os
import signal
import sys
import threading
from _thread import get_ident
from ctypes import CFUNCTYPE, byref, c_uint64, c_void_p, cast
from functools import partial
from typing import TYPE_CHECKING, Any

from . import _abi
from ._native import check, keep_for_ever, library
from .errors import NoMemory

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from types import FrameType

    from ._core import Core

    Handler = Callable[[int, FrameType | None], Any]

_PACKAGE = __package__ or ""

#: Functions that call users' code, and that see to whatever that raises.
BOUNDARIES = frozenset({
    "receive", "init", "deinit", "decide", "dead_letter", "log", "see", "_ready", "_hear",  # from C
    "make", "encode", "step", "_call_back", "_call",
    "run_forever", "send", "throw",  # of asyncio
})  # fmt: skip
#: Functions that are not to be left half-way.
WHOLE = frozenset({
    "_settle", "settle", "_tell", "_send_all", "spawn", "request", "_timer", "_watcher", "spread",
    "publish", "broadcast", "publish_by_reference", "begin", "_start", "on_engine", "do_all",
    "failed", "_failed", "wind_up", "note_failure", "_put_away", "take_back", "finish", "_resume",
    "_finish", "desert", "destroy",
    "select", "call_soon", "call_at", "wake",  # of asyncio
})  # fmt: skip

_SIGNALS = range(1, signal.NSIG)
_getsignal = _signal.getsignal  # the other makes a constant of each that is one, which takes long

#: The guard that is up: there is one main thread, and one engine that runs there.
_up: Guard | None = None


class Guard:
    """Stands between signals and an engine that runs, or is closed, on the main thread."""

    __slots__ = (
        "_core", "_former_fd", "_frame", "_handlers", "_hears", "_is_ready", "_writer"
    )  # fmt: skip

    def __init__(self, core: Core | _Late, frame: FrameType | None, hears: bool) -> None:
        self._core = core
        #: What calls C.
        self._frame = frame
        #: Whether signals are to end the engine's sleep.
        self._hears = hears
        self._handlers: dict[int, tuple[Handler, Handler]] = {}
        self._is_ready = False
        self._writer = -1
        self._former_fd = -1

    def put_up(self) -> None:
        """From now on the guard calls the handlers."""
        global _up
        if self._hears:
            try:
                self._writer = wakeup_of(self._core)  # type: ignore[arg-type]
            except (NoMemory, OSError):
                self._hears = False  # better it sleeps on than that it does not run, and free some
        _up = self
        for number, handler in enumerate(map(_getsignal, _SIGNALS), 1):
            if callable(handler):
                ours = partial(_call, self, handler)
                self._handlers[number] = (ours, handler)
                _signal.signal(number, ours)
        if self._hears:
            self._former_fd = _signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)
        self._is_ready = True

    def take_down(self) -> None:
        """From now on Python calls them again. Those that were changed meanwhile stay as they
        are."""
        while _up is self:
            try:
                self._take_down()
            except BaseException as error:  # of the first that Python calls again
                self._core.keep_error(error)

    def _take_down(self) -> None:
        global _up
        if self._writer >= 0:
            self._give_wakeup_back()
            self.hear()
            self._writer = -1
        for number, (ours, handler) in list(self._handlers.items()):
            if _getsignal(number) is ours:
                _signal.signal(number, handler)
            del self._handlers[number]
        _up = self._frame = None

    def _give_wakeup_back(self) -> None:
        current = _signal.set_wakeup_fd(-1)
        wanted = self._former_fd if current == self._writer else current
        if wanted >= 0:
            try:
                _signal.set_wakeup_fd(wanted)
            except (OSError, ValueError):  # it has been closed
                pass

    def hear(self) -> None:
        """Takes the signals' numbers that have come, and gives them to who waited for them
        before."""
        wakeup = self._core.wakeup
        if wakeup is None:
            return
        try:
            numbers = os.read(wakeup[0], 4096)
        except BlockingIOError:
            return
        if self._former_fd >= 0:
            try:
                os.write(self._former_fd, numbers)
            except OSError:  # full: who waits there wakes anyway
                pass

    def is_stale(self, frame: FrameType | None) -> bool:
        """Whether it was left up: Ctrl-C came just before it would have been taken down."""
        while frame is not None:
            if frame is self._frame:
                return False
            frame = frame.f_back
        return True

    def desert(self) -> None:
        """In a child process: as if it had never been there. What it waits on is its parent's
        too."""
        self._former_fd = -1
        self._core.wakeup, wakeup = None, self._core.wakeup
        self.take_down()
        self._core.wakeup = wakeup

    # ---- What the handlers raise

    def call(self, handler: Handler, number: int, frame: FrameType | None) -> Any:
        """Calls a handler: what it raises goes on in users' code, or leaves the run later."""
        place = self._place(frame)
        if place == _THEIRS:
            return handler(number, frame)
        core = self._core
        try:
            handler(number, frame)
        except BaseException as error:
            if place == _OUTSIDE:
                core.keep_error(error)
                return None
            if place == _ASKED:
                core.held = True
            core.leave(error)

    def _place(self, frame: FrameType | None) -> int:
        """Where the main thread is."""
        users = False
        is_whole = False
        innermost = frame
        while frame is not None:
            if frame is self._frame:
                return _OURS if self._is_ready and frame is not innermost else _OUTSIDE
            name = frame.f_code.co_name
            if name == "__del__":  # what that raises is lost
                return _OURS
            if frame.f_globals.get("__package__") != _PACKAGE:
                users = True
            elif name in BOUNDARIES:
                break
            elif name in WHOLE:
                is_whole, users = True, False
            frame = frame.f_back
        if is_whole:
            return _ASKED if users else _OURS
        return _THEIRS if users else _OURS


# In users' code; in ours, below C; in what users' code has called, and which is not to be left
# half-way; before C is called, or after.
_THEIRS, _OURS, _ASKED, _OUTSIDE = range(4)


def _call(guard: Guard, handler: Handler, number: int, frame: FrameType | None) -> Any:
    if guard is not _up:  # somebody has kept it as the handler
        return handler(number, frame)
    return guard.call(handler, number, frame)


def guard_for(core: Core | _Late, frame: FrameType, hears: bool) -> Guard | None:
    """A guard, on the main thread, unless there is one."""
    if not is_main_thread():
        return None
    if _up is not None:
        if not _up.is_stale(frame):
            return None
        _up.take_down()
    return Guard(core, frame, hears)


class _Late:
    """Keeps what handlers raise until something is done."""

    def __init__(self) -> None:
        self.error: BaseException | None = None
        self.held = False
        self.wakeup: tuple[int, int] | None = None

    def keep_error(self, error: BaseException) -> None:
        self.error = self.error or error

    leave = keep_error


def do_whole(action: Callable[[], object]) -> None:
    """Does something that takes but a moment, and is not to be left half-way: what handlers raise
    on the main thread comes after it."""
    late = _Late()
    guard = guard_for(late, sys._getframe(), hears=False)
    try:
        if guard is not None:
            guard.put_up()
        action()
    finally:
        if guard is not None:
            guard.take_down()
    if late.error is not None:
        raise late.error


def is_ours(frame: FrameType | None) -> bool:
    """Whether the package is in the middle of something here, and not users' code."""
    users = False
    while frame is not None:
        name = frame.f_code.co_name
        if frame.f_globals.get("__package__") == _PACKAGE:
            return not (users and name in BOUNDARIES)
        users = users or name != "__del__"
        frame = frame.f_back
    return False


def is_main_thread() -> bool:
    """Whether handlers are called here."""
    return get_ident() == threading.main_thread().ident


def interrupt(core: Core, frame: FrameType | None) -> None:
    """What a handler of our own raises: KeyboardInterrupt, where that is not lost."""
    (_up or Guard(core, None, False)).call(signal.default_int_handler, signal.SIGINT, frame)


def desert() -> None:
    """In a child process."""
    if _up is not None:
        _up.desert()


# ---- What ends the sleep


def wakeup_of(core: Core) -> int:
    """Where Python writes signals to; the engine watches the other end."""
    if core.wakeup is None:
        watcher = c_uint64()
        wakeup = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            check(
                library.backstage_engine_watch_fd(
                    core.handle, wakeup[0], _abi.READABLE, _heard, None, byref(watcher)
                )
            )
            core.wakeup = wakeup
        except BaseException:
            core.wakeup = None
            if watcher.value:  # that much was done before a handler raised
                library.backstage_engine_unwatch_fd(core.handle, watcher)
            for end in wakeup:
                os.close(end)
            raise
    return core.wakeup[1]


def _hear() -> Generator[None, int, None]:
    # A handler that nobody guards may raise wherever Python looks for signals, and first where this
    # goes on: inside `try`. A function could not catch that.
    while True:
        try:
            try:
                yield
                if _up is not None:
                    _up.hear()
            except GeneratorExit:  # the interpreter exits
                return
            except BaseException as error:
                if _up is not None:
                    _up._core.leave(error)
        except BaseException as error:
            if _up is not None:
                _up._core.leave(error)


_hearing = _hear()
next(_hearing)
# To C three arguments more are none.
_closure = CFUNCTYPE(None, c_void_p)(_hearing.send)
_heard = cast(_closure, _abi.FdCallback)
keep_for_ever(_closure)
