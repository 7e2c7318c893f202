"""Coroutines of actors, as tasks of asyncio's."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from . import _abi
from ._coroutines import finish, reply
from ._current import coroutine_of
from .errors import Stopped

if TYPE_CHECKING:
    from collections.abc import Generator

    from ._cell import Cell
    from ._loop import EventLoop


class ActorCoroutine(Coroutine[Any, Any, None]):
    """What the task of an actor runs: the actor's coroutine, and what follows when that ends.

    It does so itself, and not in a callback of the task, which would take another turn of the loop.
    """

    __slots__ = ("_cell", "_coroutine", "_error", "_is_over", "_message", "_pends", "_task")

    def __init__(self, cell: Cell, coroutine: Any, message: Any) -> None:
        self._cell = cell
        self._coroutine = coroutine
        self._message = message
        self._pends = False
        self._is_over = False
        self._error: BaseException | None = None
        self._task: asyncio.Task[None] | None = None

    def begin(self, loop: EventLoop) -> int:
        """Makes the task. OK if it is over already, or PENDING; raises what it raises."""
        token = coroutine_of.set(self._cell)
        try:
            task = self._make_task(loop)
        finally:
            coroutine_of.reset(token)
        if self._is_over:
            failure, self._error = self._error, None
            if failure is not None:
                raise failure
            return _abi.OK
        self._task = task
        self._pends = True
        self._cell.task = self
        self._cell.pending = self._message
        return _abi.PENDING

    def _make_task(self, loop: EventLoop) -> asyncio.Task[None]:
        name = self._cell.name or None
        if sys.version_info >= (3, 12) and loop.get_task_factory() is None:
            # It begins here and now, and need not wait for its turn: perhaps for nothing at all.
            return asyncio.Task(self, loop=loop, name=name, eager_start=True)
        return loop.create_task(self, name=name)

    def cancel(self) -> None:
        """The actor ends or restarts."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()

    # ---- What the task calls

    def send(self, value: Any) -> Any:
        """Goes on until it waits, or ends."""
        try:
            return self._coroutine.send(value)
        except BaseException as end:
            raise self._ended(end) from None

    def throw(self, *error: Any) -> Any:
        """Goes on with an exception."""
        try:
            return self._coroutine.throw(*error)
        except BaseException as end:
            raise self._ended(end) from None
        finally:
            del error  # whose traceback would refer to it

    def close(self) -> None:
        """Gives it up."""
        self._coroutine.close()

    def __await__(self) -> Generator[Any, None, None]:
        return self._coroutine.__await__()  # type: ignore[no-any-return]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._coroutine, name)  # for who looks where it is: `Task.get_stack`

    # ---- How it ends

    def _ended(self, error: BaseException) -> BaseException:
        """Tells the actor; returns what the task is to be told."""
        cell = self._cell
        if self._pends and cell.task is not self:
            return error  # the actor ended first
        is_cancelled = isinstance(error, asyncio.CancelledError)
        failure: BaseException | None = error
        if isinstance(error, StopIteration):
            failure = self._answer(error.value)
        elif is_cancelled:
            failure = Stopped("the coroutine was cancelled")
            failure.__cause__ = error
        if not self._pends:
            self._is_over = True
            self._error = failure
        else:
            self._task = None
            if failure is not None and not isinstance(failure, Exception):
                cell.core.leave(failure)  # KeyboardInterrupt or SystemExit
                failure = None
            finish(cell, failure)
        return error if is_cancelled else StopIteration()

    def _answer(self, result: Any) -> Exception | None:
        try:
            reply(self._message, result)
        except Exception as error:  # a codec, say, that cannot write it
            return error
        return None
