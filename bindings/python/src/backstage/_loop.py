"""asyncio's event loop, on the loop of an engine."""

from __future__ import annotations

import asyncio
import selectors
import signal
import sys
from ctypes import byref, c_int64, c_uint32, c_uint64, c_void_p, cast
from functools import partial
from struct import Struct
from time import monotonic, perf_counter_ns
from typing import TYPE_CHECKING, Any

from . import _abi
from ._lifetimes import bury
from ._native import FOREVER, check, library, nanoseconds, run
from ._requests import restore_gateway
from ._run import raise_escalated
from ._signals import guard_for, is_main_thread
from ._tasks import ActorCoroutine
from .errors import Closed, InCallback

if TYPE_CHECKING:
    from socket import socket

    from ._cell import Cell
    from ._core import Core
    from ._engine import Engine

# What C calls when a descriptor is ready. Neither is a line of Python, in which a signal's handler
# could raise where nobody would see it.
_stop_natively = cast(library.backstage_engine_stop, _abi.FdCallback)
_record = Struct("<QiIQ")  # a callback's arguments
_EVENTS = 12  # where the events are in that

_UNTIL_STOPPED = c_uint32(_abi.RUN_UNTIL_STOPPED)
_UNTIL_IDLE = c_uint32(_abi.RUN_UNTIL_IDLE)
_NO_WAIT = c_uint32(_abi.RUN_NO_WAIT)
_NOW = c_int64(0)
_EVER = c_int64(FOREVER)

#: What the actors get at most before asyncio goes on, when both are busy.
_SHARE_MAX_NS = 2_000_000


class EngineSelector(selectors.EpollSelector):
    """Waits for descriptors, as asyncio's loop has it do, by running an engine meanwhile.

    asyncio's descriptors are in an epoll set, and that is one descriptor, which the engine watches:
    so they cost the engine no call to Python.
    """

    def __init__(self, core: Core) -> None:
        super().__init__()
        self._core: Core = core
        self._engine = c_void_p(core.handle)
        #: Whether it runs the engine until there is something for asyncio.
        self.is_waiting = False
        self.is_attached = True
        self.is_virtual = library.backstage_engine_advance(core.handle, 0) == _abi.OK
        self._busy = _NO_WAIT if self.is_virtual else _UNTIL_IDLE
        self._left = perf_counter_ns()
        self._seen = bytearray(_record.size)
        self._note = _abi.FdCallback(partial(_record.pack_into, self._seen, 0))
        self._watches: list[int] = []
        core.keep.append(self._note)
        try:
            self._watch(self._note)
            self._watch(_stop_natively)
        except BaseException:
            self.close()
            raise

    def _watch(self, callback: Any) -> None:
        number = c_uint64()
        check(
            library.backstage_engine_watch_fd(
                self._core.handle, self.fileno(), _abi.READABLE, callback, 1, byref(number)
            )
        )
        self._watches.append(number.value)

    def detach(self) -> None:
        """Leaves the engine: from now on there is asyncio alone."""
        if not self.is_attached:
            return
        self.is_attached = False
        core = self._core
        if core.engine is not None:
            for watch in self._watches:
                library.backstage_engine_unwatch_fd(core.engine, watch)
        if self._note in core.keep:
            core.keep.remove(self._note)

    def close(self) -> None:
        """Ends it."""
        self.detach()
        super().close()

    def interrupt(self) -> None:
        """There is something for asyncio to do."""
        self.is_waiting = False
        library.backstage_engine_stop(self._engine)

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Runs the engine until a descriptor is ready or the time is over."""
        core = self._core
        if core.engine is None or not self.is_attached:
            return super().select(timeout)
        if core.gateway is None:
            restore_gateway(core)
        seen = self._seen
        core.running = True
        try:
            if timeout is None or timeout > 0:
                self.is_waiting = True
                status = run(self._engine, _UNTIL_STOPPED, self._limit(timeout))
            else:
                status = run(self._engine, self._busy, self._share())
            is_ready = seen[_EVENTS] != 0
            if is_ready:
                seen[_EVENTS] = 0
                if status == _abi.OK and core.error is None:
                    # That has ended the run, perhaps before any actor had a turn.
                    status = run(self._engine, _UNTIL_STOPPED, _NOW)
        finally:
            core.running = core.stopping = core.held = self.is_waiting = False
        if core.error is not None:
            core.raise_error()
        if status < 0 and status != _abi.TIMEOUT:
            raise_escalated(core, status)
        core.handle  # noqa: B018  # raises in a child process that was forked inside a callback
        ready = super().select(0) if is_ready else []
        self._left = perf_counter_ns()
        return ready

    def _limit(self, timeout: float | None) -> c_int64:
        # A virtual clock does not move by waiting: who moves it interrupts.
        if timeout is None or self.is_virtual:
            return _EVER
        return c_int64(nanoseconds(timeout))

    def _share(self) -> c_int64:
        """As much time for actors as asyncio has had."""
        return c_int64(min(perf_counter_ns() - self._left, _SHARE_MAX_NS))


class EventLoop(asyncio.SelectorEventLoop):
    """asyncio's event loop, on an engine: while it waits, the engine runs, so that asyncio and
    actors share one thread. `backstage.aio.run` makes one; or give it to `asyncio.Runner`:

        with asyncio.Runner(loop_factory=lambda: EventLoop(engine)) as runner:
            runner.run(main())
    """

    def __init__(self, engine: Engine) -> None:
        self._closed = True  # for its finalizer, until there is something to close
        core = self._core = engine._core
        core.require_here()
        self._engine = engine
        driver = self._driver = EngineSelector(core)
        self._now = _VirtualTime(engine) if driver.is_virtual else monotonic
        try:
            super().__init__(driver)
        except BaseException:
            self._closed = True
            driver.close()
            raise

    @property
    def engine(self) -> Engine:
        """The engine that it runs on."""
        return self._engine

    def time(self) -> float:
        """The engine's clock, in seconds."""
        return self._now()

    def run_forever(self) -> None:
        """Runs until `stop` is called, and the engine meanwhile."""
        core = self._core
        if core.engine is None or not self._driver.is_attached:
            return super().run_forever()
        core.require_here()
        if core.running or core.loop is not None:
            raise InCallback("the engine runs already")
        guard = guard_for(core, sys._getframe(1), hears=False)
        former = None
        core.loop = self
        try:
            if guard is not None:
                guard.put_up()
                former = self._hear_signals()
            super().run_forever()
        finally:
            core.loop = None
            bury(core)
            if guard is not None:
                guard.take_down()
            if former is not None:
                signal.set_wakeup_fd(former)
        core.raise_error()

    def leave_engine(self) -> None:
        """Goes on without the engine: it is closed, or about to be."""
        if isinstance(self._now, _VirtualTime):
            self._now.go_on()
        self._driver.detach()

    def begin(self, cell: Cell, coroutine: Any, message: Any) -> int:
        """Runs a coroutine of an actor: see `_coroutines.begin`."""
        return ActorCoroutine(cell, coroutine, message).begin(self)

    # ---- What interrupts the engine

    def wake(self) -> None:
        """Has the loop look at what there is to do, and at its clock. Engine's thread."""
        if self._driver.is_waiting:
            self._driver.interrupt()

    def call_soon(  # type: ignore[override]
        self, callback: Any, *args: Any, context: Any = None
    ) -> asyncio.Handle:
        """As asyncio has it."""
        if self._driver.is_waiting:
            self._driver.interrupt()
        return super().call_soon(callback, *args, context=context)

    def call_at(  # type: ignore[override]
        self, when: float, callback: Any, *args: Any, context: Any = None
    ) -> asyncio.TimerHandle:
        """As asyncio has it."""
        self.wake()
        return super().call_at(when, callback, *args, context=context)

    def stop(self) -> None:
        """As asyncio has it."""
        self.wake()
        super().stop()

    # ---- Signals

    def _hear_signals(self) -> int:
        """Lets signals wake the engine, on the main thread, where Python calls their handlers."""
        writer: socket = self._csock  # type: ignore[attr-defined]
        return signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)

    def remove_signal_handler(self, sig: int) -> bool:
        """As asyncio has it."""
        removed = super().remove_signal_handler(sig)
        if removed and self.is_running() and is_main_thread():
            self._hear_signals()  # asyncio listens no more
        return removed


class _VirtualTime:
    """A virtual clock; without its engine it goes on by itself."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._last = 0.0
        self._offset: float | None = None

    def __call__(self) -> float:
        if self._offset is None:
            try:
                self._last = self._engine.now()
            except Closed:
                self.go_on()
            else:
                return self._last
        return monotonic() + (self._offset or 0.0)

    def go_on(self) -> None:
        """The engine is left."""
        if self._offset is None:
            self._offset = self._last - monotonic()
