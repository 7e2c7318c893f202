"""Answers that are still to come."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from ctypes import byref, c_uint64
from threading import Event
from typing import TYPE_CHECKING, Any

from . import _abi
from ._native import library, nanoseconds
from .errors import BackstageError, InCallback, Stopped, Timeout, error_of

if TYPE_CHECKING:
    from ._context import Context
    from ._core import Core
    from ._message import Message
    from .codecs import Codec


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
        "__weakref__", "_answer", "_callbacks", "_codec", "_core", "_done", "_error", "_stops",
        "_token", "_waiter",
    )  # fmt: skip

    def __init__(self, core: Core, codec: Codec | None = None) -> None:
        self._core = core
        self._codec = codec
        self._token = 0
        self._done = False
        self._answer: Any = None
        self._error: BaseException | None = None
        self._callbacks: list[Callable[[Future], object]] = []
        self._waiter: Event | None = None
        self._stops = False

    # ---- The answer comes, on the engine's thread

    def _start(self, receiver: int, data: bytes, timeout: float | None) -> None:
        """Sends the request, from the engine's gateway."""
        core = self._core
        if self._done:
            return
        from ._requests import Asked, gateway_of

        try:
            gateway = gateway_of(core)
        except BackstageError as error:
            return self._fail(error)
        token = c_uint64()
        core.settle()
        status = library.backstage_request(
            gateway.argument, receiver, data, len(data), nanoseconds(timeout), byref(token)
        )
        if status:
            return self._fail(error_of(status))
        self._token = token.value
        gateway.requests[token.value] = Asked(self._codec, self._replied, self._refused)

    def _replied(self, context: Context, message: Message) -> None:
        try:
            self._resolve(message.payload)
        except Exception as error:  # a codec that cannot read it: the asker's to know
            self._fail(error)

    def _refused(self, context: Context, message: Message) -> None:
        self._fail(message.event.error)

    def _resolve(self, answer: Any) -> None:
        self._answer = answer
        self._finish()

    def _fail(self, error: BaseException) -> None:
        self._error = error
        self._finish()

    def _finish(self) -> None:
        if self._done:
            return
        self._done = True
        if self._waiter is not None:
            self._waiter.set()
        if self._stops:
            self._core.stop()
        callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback(self)

    # ---- For who asked

    def done(self) -> bool:
        """Whether the answer, or what went wrong, is there."""
        return self._done

    def add_done_callback(self, callback: Callable[[Future], object]) -> None:
        """Calls back with this future when it is done: on the engine's thread, or here and now if it
        is done already."""
        if self._done:
            callback(self)
        else:
            self._callbacks.append(callback)

    def cancel(self) -> bool:
        """Gives the request up. False if it is done already."""
        if self._done:
            return False
        self._fail(Cancelled())
        from ._requests import on_engine

        on_engine(self._core, self._withdraw)
        return True

    def cancelled(self) -> bool:
        """Whether it was cancelled."""
        return isinstance(self._error, Cancelled)

    def _withdraw(self) -> None:
        gateway = self._core.gateway
        if gateway is not None and gateway.requests.pop(self._token, None) is not None:
            library.backstage_request_cancel(gateway.argument, self._token)

    def exception(self, timeout: float | None = None) -> BaseException | None:
        """What went wrong, or None; waits as `get` does."""
        self._wait(timeout)
        return self._error

    def get(self, timeout: float | None = None) -> Any:
        """The answer. Waits for it: on the engine's thread by running the engine, on another while the
        engine runs elsewhere. Raises what went wrong; `Timeout` when it is not there in time (and may
        still come); `InCallback` inside a callback of the engine."""
        self._wait(timeout)
        if self._error is not None:
            raise self._error
        return self._answer

    result = get

    def _wait(self, timeout: float | None) -> None:
        if self._done:
            return
        if self._core.is_here:
            self._run_until_done(timeout)
        else:
            self._waiter = waiter = self._waiter or Event()
            if not self._done and not waiter.wait(timeout):
                raise Timeout
        if not self._done:
            raise Timeout

    def _run_until_done(self, timeout: float | None) -> None:
        from ._run import run

        core = self._core
        if core.running or core.acting is not None:
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
            if loop is None:
                yield self
            else:
                yield from self._in_asyncio(loop)
        if self._error is not None:
            raise self._error
        return self._answer

    def _in_asyncio(self, loop: Any) -> Generator[Any, Any, None]:
        waiter = loop.create_future()

        def wake() -> None:
            if not waiter.done():
                waiter.set_result(None)

        def done(_: Future) -> None:
            if running_loop() is loop or self._core.loop is loop:
                wake()
            else:
                loop.call_soon_threadsafe(wake)

        self.add_done_callback(done)
        try:
            yield from waiter
        except BaseException:  # the task was cancelled
            self.cancel()
            raise


