"""Coroutine actors: a message may take longer than its callback.

While a coroutine waits, its message pends: the engine gives the actor nothing else, so that it
handles one message at a time. asyncio drives it where asyncio runs on the engine (backstage.aio);
else this does, and it can wait for what the package has: requests and `Context.sleep`.
"""

from __future__ import annotations

from types import CoroutineType
from typing import TYPE_CHECKING, Any

from . import _abi
from ._current import coroutine_of
from ._future import Future
from ._native import library
from .errors import BackstageError, Stopped

if TYPE_CHECKING:
    from ._cell import Cell

    Coroutine = CoroutineType[Any, Any, Any]


def begin(cell: Cell, coroutine: Coroutine, message: Any) -> int:
    """Runs a coroutine until it waits. OK, or PENDING."""
    if cell.core.loop is not None:
        return _begin_in_asyncio(cell, coroutine, message)
    stepping = _Stepping(cell, coroutine, message)
    cell.core.stepping = True
    try:
        is_over = stepping.step(None)
    finally:
        cell.core.stepping = False
    if is_over:
        return _abi.OK
    cell.task = stepping
    cell.pending = message
    return _abi.PENDING


def cancel(cell: Cell) -> None:
    """The actor ends or restarts: what pends is cut off."""
    task, cell.task = cell.task, None
    if task is not None:
        task.cancel()


def finish(cell: Cell, error: BaseException | None) -> None:
    """What pended is over."""
    status = _abi.OK
    if error is not None:
        from ._failures import note_failure, status_of

        note_failure(cell, error, "receive", cell.pending)
        status = status_of(error)
    cell.task = cell.pending = None
    if cell.core.engine is not None:
        library.backstage_finish(cell.argument, status)


def reply(message: Any, result: Any) -> None:
    """What a coroutine returns answers a request."""
    if result is not None and message is not None and message.type == _abi.REQUEST:
        message.reply(result)


# ---- By asyncio


def _begin_in_asyncio(cell: Cell, coroutine: Coroutine, message: Any) -> int:
    token = coroutine_of.set(cell)
    try:
        task = cell.core.loop.create_task(_answering(cell, coroutine, message))
    finally:
        coroutine_of.reset(token)
    cell.task = task
    cell.pending = message

    def done(task: Any) -> None:
        if cell.task is not task:
            return
        if task.cancelled():
            finish(cell, Stopped("the coroutine was cancelled"))
        else:
            finish(cell, task.exception())

    task.add_done_callback(done)
    return _abi.PENDING


async def _answering(cell: Cell, coroutine: Coroutine, message: Any) -> None:
    reply(message, await coroutine)


# ---- By ourselves


class _Stepping:
    """A coroutine that waits for futures of ours."""

    __slots__ = ("_cell", "_coroutine", "_message", "_waits")

    def __init__(self, cell: Cell, coroutine: Coroutine, message: Any) -> None:
        self._cell = cell
        self._coroutine: Coroutine | None = coroutine
        self._message = message
        self._waits = False

    def step(self, error: BaseException | None) -> bool:
        """Goes on until the coroutine waits. Whether it is over; raises what it raises."""
        coroutine = self._coroutine
        if coroutine is None:
            return True
        while True:
            try:
                awaited = coroutine.send(None) if error is None else coroutine.throw(error)
            except StopIteration as stop:
                self._coroutine = None
                reply(self._message, stop.value)
                return True
            except BaseException:
                self._coroutine = None
                raise
            if not isinstance(awaited, Future):
                error = RuntimeError(
                    f"the coroutine awaits {awaited!r}, which only asyncio can wait for: run the "
                    "engine by backstage.aio.run"
                )
                continue
            if not awaited.done():
                awaited.add_done_callback(self._resume)
                return False
            error = None

    def _resume(self, _: Future) -> None:
        """What it waited for is there: goes on as its actor, inside the gateway's callback."""
        cell = self._cell
        if cell.task is not self:
            return
        core = cell.core
        acting = core.acting
        core.settle()
        core.acting = cell
        core.stepping = True
        try:
            if self.step(None):
                core.settle()
                finish(cell, None)
        except Exception as error:
            finish(cell, error)
        except BaseException as error:
            core.leave(error)
            finish(cell, None)
        finally:
            try:
                core.settle()
            except BackstageError:
                pass
            core.stepping = False
            core.acting = acting

    def cancel(self) -> None:
        coroutine, self._coroutine = self._coroutine, None
        if coroutine is not None:
            coroutine.close()
