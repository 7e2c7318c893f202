"""asyncio's event loop, on the loop of an engine."""

from __future__ import annotations

import asyncio
import signal
import sys
from time import monotonic
from typing import TYPE_CHECKING, Any

from ._lifetimes import bury
from ._selector import EngineSelector
from ._signals import guard_for, is_main_thread
from ._tasks import ActorCoroutine
from .errors import Closed, InCallback

if TYPE_CHECKING:
    from socket import socket

    from ._cell import Cell
    from ._engine import Engine


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
        self._now = _VirtualTime(engine) if driver.stands_still else monotonic
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
                _wake_again(former)
        core.raise_error()

    def let_time_go_on(self) -> None:
        """A virtual clock is followed no more: nobody may be left to move it."""
        if isinstance(self._now, _VirtualTime):
            self._now.go_on()
            self._driver.stands_still = False

    def leave_engine(self) -> None:
        """Goes on without the engine: it is closed, or about to be."""
        self.let_time_go_on()
        self._driver.detach()

    def drained(self) -> asyncio.Future[bool]:
        """When the drain of the engine is over: whether nobody had to be killed."""
        waiter: asyncio.Future[bool] = self.create_future()
        self._driver.drains.append(waiter)
        return waiter

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


def _wake_again(former: int) -> None:
    """Signals are written where they were before."""
    try:
        signal.set_wakeup_fd(former)
    except (OSError, ValueError):  # it has been closed
        signal.set_wakeup_fd(-1)


class _VirtualTime:
    """A virtual clock, until it goes on by itself: at the latest when its engine is closed."""

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
        """Goes on from where it is."""
        if self._offset is None:
            self._offset = self._last - monotonic()
