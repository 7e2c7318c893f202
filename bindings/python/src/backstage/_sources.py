"""Timers and watchers, as their actors hold them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._native import check

if TYPE_CHECKING:
    from ._cell import Cell
    from ._context import Context
    from ._future import Handler
    from ._message import Message


class Source:
    """A timer or watcher of an actor: `cancel` ends it, and it ends with its actor."""

    __slots__ = ("_cancel", "_cell", "token")

    def __init__(self, cell: Cell, token: int, cancel: Any) -> None:
        self._cell = cell
        self._cancel = cancel
        self.token = token
        """What the events' `token` is."""

    def cancel(self) -> None:
        """Ends it; an event not yet handled is withdrawn. Raises `NotFound` if it has ended."""
        cell = self._cell
        check(self._cancel(cell.argument or cell.bind(), self.token))
        cell.handlers.pop(self.token, None)


class Timer(Source):
    """A timer: see `Context.after` and `Context.every`."""

    __slots__ = ()


class Watcher(Source):
    """A watcher of a descriptor or signal: see `Context.watch_fd` and `Context.watch_signal`."""

    __slots__ = ()


def once(
    handlers: dict[int, Any], token: int, handler: Handler, context: Context, message: Message
) -> Any:
    """What a timer's handler is called by that is due once."""
    handlers.pop(token, None)
    return handler(context, message)
