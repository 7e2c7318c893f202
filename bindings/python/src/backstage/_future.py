"""Answers that are still to come."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from ctypes import byref, c_int64, c_uint64
from functools import partial
from threading import TIMEOUT_MAX, Event
from typing import TYPE_CHECKING, Any

from . import _abi
from ._native import FOREVER, Number, library, limit_of, nanoseconds, request
from .codecs import forget
from .errors import BackstageError, InCallback, Stopped, Timeout, fail

if TYPE_CHECKING:
    from ._cell import Cell
    from ._context import Context
    from ._core import Core
    from ._message import Message
    from ._sources import Timer
    from .codecs import Codec

_EVER = c_int64(FOREVER)


#: Takes an answer, or any message.
Handler = Callable[["Context", "Message"], Any]


class Asked:
    """A request that waits for its answer."""

    __slots__ = ("cause", "codec", "failed", "then")

    def __init__(self, codec: Codec | None, then: Handler | None, failed: Handler | None) -> None:
        self.codec = codec
        self.then = then
        self.failed = failed
        #: What the actor asked has raised, if it is one of ours.
        self.cause: BaseException | None = None


class Cancelled(BackstageError):
    """The request was cancelled by who asked."""

    reason = "the request was cancelled"


def running_loop() -> Any:
    """asyncio's loop that runs on this thread, if one does; without importing asyncio."""
    events = sys.modules.get("asyncio.events")
    return events._get_running_loop() if events is not None else None


class Future:
    """The answer to a request, once it is there. `await` it, or call `get`.

    As a Pykka future has it, `get` waits; `result` is another name of that. Any thread.
    """

    __slots__ = (
        "__weakref__", "_answer", "_callbacks", "_codec", "_core", "_done", "_error", "_open",
        "_stops", "_timer", "_token",
    )  # fmt: skip

    def __init__(self, core: Core, codec: Codec | None = None) -> None:
        self._core = core
        self._codec = codec
        self._token = 0
        self._done = False
        self._answer: Any = None
        self._error: BaseException | None = None
        self._callbacks: list[Callable[[Future], object]] = []
        #: Whoever takes out what is in here may say how it ends: any thread, but one alone.
        self._open = [True]
        self._stops = False
        #: What it waits for, if that is no answer.
        self._timer: Timer | None = None

    # ---- The answer comes, on the engine's thread

    def _start(self, receiver: int, data: bytes, timeout: float | None) -> None:
        """Sends the request, from the engine's gateway."""
        core = self._core
        if self._done:
            forget(data)
            return
        token = c_uint64()
        try:
            gateway = core.gateway or self._gateway()
            core.settle()
            limit = _EVER if timeout is None else c_int64(limit_of(timeout))
            status = request(
                gateway.argument, Number(receiver), data, Number(len(data)), limit, byref(token)
            )
            if status:
                fail(status)
        except BackstageError as error:
            forget(data)
            self._fail(error)
            return
        self._token = token.value
        gateway.requests[token.value] = Asked(self._codec, self._replied, self._refused)

    def _gateway(self) -> Cell:
        from ._requests import gateway_of

        return gateway_of(self._core)

    def _replied(self, context: Context, message: Message) -> None:
        try:
            answer = message.payload
        except Exception as error:  # a codec that cannot read it: the asker's to know
            self._fail(error)
        else:
            self._resolve(answer)

    def _refused(self, context: Context, message: Message) -> None:
        self._fail(message.event.error)

    def _resolve(self, answer: Any) -> bool:
        return self._finish(answer, None)

    def _fail(self, error: BaseException) -> bool:
        return self._finish(None, error)

    def _finish(self, answer: Any, error: BaseException | None) -> bool:
        try:
            self._open.pop()
        except IndexError:
            return False
        self._answer = answer
        self._error = error
        self._done = True
        if self._stops:
            self._core.stop()
        self._call_back()
        return True

    def _call_back(self) -> None:
        callbacks = self._callbacks
        while callbacks:
            try:
                callback = callbacks.pop(0)
            except IndexError:  # another thread was quicker
                return
            try:
                callback(self)
            except Exception:
                from ._log import logger

                logger().exception("a callback of %r failed", self)

    # ---- For who asked

    def done(self) -> bool:
        """Whether the answer, or what went wrong, is there."""
        return self._done

    def add_done_callback(self, callback: Callable[[Future], object]) -> None:
        """Calls back with this future when it is done: on the engine's thread, or here and now if
        it is done already. What the callback raises is logged."""
        self._callbacks.append(callback)
        if self._done:
            self._call_back()

    def cancel(self) -> bool:
        """Gives the request up: a reply that still comes is a dead letter. False if it is done
        already."""
        if not self._fail(Cancelled()):
            return False
        from ._requests import on_engine

        try:
            on_engine(self._core, self._withdraw)
        except BackstageError:  # the engine is closed, or is told with the next that is to do
            pass
        return True

    def cancelled(self) -> bool:
        """Whether it was cancelled."""
        return isinstance(self._error, Cancelled)

    def _withdraw(self) -> None:
        if self._timer is not None:
            try:
                self._timer.cancel()
            except BackstageError:  # it is over, or all is
                pass
        gateway = self._core.gateway
        if gateway is not None and gateway.requests.pop(self._token, None) is not None:
            library.backstage_request_cancel(gateway.argument, self._token)

    def exception(self, timeout: float | None = None) -> BaseException | None:
        """What went wrong, or None; waits as `get` does."""
        self._wait(timeout)
        return self._error

    def get(self, timeout: float | None = None) -> Any:
        """The answer. Waits for it: on the engine's thread by running the engine, on another while
        the engine runs elsewhere. Raises what went wrong; `Timeout` when it is not there in time
        (and may still come); `InCallback` inside a callback of the engine."""
        self._wait(timeout)
        error, answer = self._error, self._answer
        if error is None:
            return answer
        try:
            raise error
        finally:
            del self, error  # which its traceback would refer to

    result = get

    def _wait(self, timeout: float | None) -> None:
        if self._done:
            return
        nanoseconds(timeout)  # raises if it is no time
        if self._core.is_here:
            self._run_until_done(timeout)
        else:
            self._core.handle  # noqa: B018  # raises if nothing will come any more
            waiter = Event()
            self.add_done_callback(lambda _: waiter.set())
            waiter.wait(None if timeout is None else min(timeout, TIMEOUT_MAX))
        if not self._done:
            raise Timeout

    def _run_until_done(self, timeout: float | None) -> None:
        from ._run import run

        core = self._core
        if core.running or core.acting is not None or core.loop is not None:
            raise InCallback("an answer cannot be waited for inside a callback: await it, or use "
                             "context.request")  # fmt: skip
        self._stops = True
        try:
            if run(core, _abi.RUN_UNTIL_STOPPED, timeout) and not self._done:
                raise Stopped("the run was stopped before the answer was there")
        finally:
            self._stops = False

    # ---- For coroutines

    def __await__(self) -> Generator[Any, Any, Any]:
        if not self._done:
            loop = running_loop()
            core = self._core
            try:
                if loop is None or core.stepping and core.is_here:
                    yield self
                else:
                    waiter = loop.create_future()
                    self.add_done_callback(partial(_wake, loop, waiter))
                    yield from waiter
            except BaseException:  # the task is cancelled, or its actor ends
                self.cancel()
                raise
        error, answer = self._error, self._answer
        if error is None:
            return answer
        try:
            raise error
        finally:
            del self, error  # which its traceback would refer to


def _wake(loop: Any, waiter: Any, future: Future) -> None:
    """Wakes a task of asyncio's that waits, from whatever thread this is."""
    if running_loop() is loop:
        _set(waiter)
        return
    try:
        loop.call_soon_threadsafe(_set, waiter)
    except RuntimeError:  # the loop is closed: nobody waits there any more
        pass


def _set(waiter: Any) -> None:
    if not waiter.done():
        waiter.set_result(None)
