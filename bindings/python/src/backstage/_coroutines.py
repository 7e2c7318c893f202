"""Coroutine actors: a message may take longer than its callback.

While a coroutine waits, its message pends: the engine gives the actor nothing else, so that it
handles one message at a time. asyncio drives it where asyncio runs on the engine (backstage.aio);
else this does, and it can wait for what the package has: requests and `Context.sleep`.
"""

from __future__ import annotations

from types import CoroutineType
from typing import TYPE_CHECKING, Any

from . import _abi
from ._future import Future
from ._native import library
from .errors import BackstageError, NotWaiting

if TYPE_CHECKING:
    from ._cell import Cell

    Coroutine = CoroutineType[Any, Any, Any]


def begin(cell: Cell, coroutine: Coroutine, message: Any) -> int:
    """Runs a coroutine until it waits. OK, or PENDING."""
    if cell.core.loop is not None:
        return cell.core.loop.begin(cell, coroutine, message)  # type: ignore[no-any-return]
    stepping = _Stepping(cell, coroutine, message)
    core = cell.core
    before, core.stepping = core.stepping, True
    try:
        is_over = stepping.step(None)
    finally:
        core.stepping = before
    if is_over:
        return _abi.OK
    cell.task = stepping
    cell.pending = message
    return _abi.PENDING


def cancel(cell: Cell) -> None:
    """The actor ends or restarts: what pends is cut off."""
    task, cell.task = cell.task, None
    cell.pending = None
    if task is not None:
        task.cancel()


def finish(cell: Cell, error: BaseException | None) -> None:
    """What pended is over."""
    status = _abi.OK
    if error is not None:
        from ._failures import note_failure, status_of

        note_failure(cell, error, "receive", cell.pending)
        status = status_of(error)
    elif cell.pending is not None:
        cell.pending.give_up()
    cell.task = cell.pending = None
    core = cell.core
    if core.engine is not None:
        refused = library.backstage_finish(cell.argument, status)
        if refused and status:
            core.quiet -= 1  # the engine has nothing to say of it


def reply(message: Any, result: Any) -> None:
    """What a receiver returns answers a request, if its asker still waits."""
    if result is not None and message is not None and message.type == _abi.REQUEST:
        try:
            message.reply(result)
        except NotWaiting:
            pass


def refuse_coroutine(result: Any, method: str) -> None:
    """Raises TypeError where a coroutine cannot be waited for."""
    if isinstance(result, CoroutineType):
        result.close()
        raise TypeError(f"{method} cannot be `async def`: nobody would wait for it")


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
        acting, before = core.acting, core.stepping
        core.settle()
        core.acting = cell
        cell.current = None
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
            core.stepping = before
            core.acting = acting

    def cancel(self) -> None:
        coroutine, self._coroutine = self._coroutine, None
        if coroutine is not None:
            coroutine.close()
