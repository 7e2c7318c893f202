"""How asyncio's loop waits: by running an engine."""

from __future__ import annotations

import selectors
from ctypes import byref, c_int64, c_uint32, c_uint64, c_void_p, cast
from functools import partial
from struct import Struct
from time import perf_counter_ns
from typing import TYPE_CHECKING, Any

from . import _abi
from ._native import FOREVER, check, library, nanoseconds, run
from ._requests import restore_gateway
from ._run import raise_escalated
from ._statistics import engine_statistics

if TYPE_CHECKING:
    import asyncio

    from ._core import Core

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
        #: Who waits for a drain of the engine.
        self.drains: list[asyncio.Future[bool]] = []
        #: Whether the clock does not move by waiting: who moves it interrupts.
        self.stands_still = library.backstage_engine_advance(core.handle, 0) == _abi.OK
        self._busy = _NO_WAIT if self.stands_still else _UNTIL_IDLE
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
                status = self._run(_UNTIL_STOPPED, self._limit(timeout))
            else:
                status = self._run(self._busy, self._share())
            is_ready = seen[_EVENTS] != 0
            if is_ready:
                seen[_EVENTS] = 0
                if status == _abi.OK and core.error is None:
                    # That has ended the run, perhaps before any actor had a turn.
                    status = self._run(_UNTIL_STOPPED, _NOW)
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

    def _run(self, mode: c_uint32, limit: c_int64) -> int:
        status: int = run(self._engine, mode, limit)
        if self.drains:
            self._see_drains(status)
        return status

    def _see_drains(self, status: int) -> None:
        """Tells who waits for it that a drain is over: nobody is left."""
        core = self._core
        if core.gateway is not None or engine_statistics(core).actors:
            return
        drains, self.drains = self.drains, []
        for waiter in drains:
            if not waiter.done():
                waiter.set_result(status != _abi.TIMEOUT)

    def _limit(self, timeout: float | None) -> c_int64:
        if timeout is None or self.stands_still:
            return _EVER
        return c_int64(nanoseconds(timeout))

    def _share(self) -> c_int64:
        """As much time for actors as asyncio has had."""
        return c_int64(min(perf_counter_ns() - self._left, _SHARE_MAX_NS))
