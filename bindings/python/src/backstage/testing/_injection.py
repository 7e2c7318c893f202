"""Failures put into actors from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import _abi, _callbacks
from .._actor import Actor
from .._core import cells
from .._failures import note_failure, status_of
from .._message import WholeMessage
from .._native import check, keep_for_ever, library

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._cell import Cell
    from .._context import Context

#: What actors are to fail with on their next message, by key.
_planned: dict[int, Exception] = {}


def _receive_in_its_place(context: int, envelopes: int, count: int, handled: int, key: int) -> int:
    """Receives once: the first message is what the actor fails on."""
    cell = cells[key]
    library.backstage_become_batch(context, _callbacks.many_at_once)
    cell.is_narrow = False
    error = _planned.pop(key)
    note_failure(cell, error, "receive", WholeMessage(cell, envelopes, cell.codec))
    return status_of(error)


_fail = _abi.ReceiveBatchCallback(_receive_in_its_place)
keep_for_ever(_fail)


def fail_next(context: Context, error: Exception) -> Callable[[], None]:
    """Lets an actor fail on the next message or event that it is given, which its code never sees.
    The function returned takes that back."""
    cell = context._cell
    key = cell.key
    check(library.backstage_become_batch(context._argument(), _fail))
    _planned[key] = error

    def restore() -> None:
        if _planned.pop(key, None) is not None and key in cells:
            library.backstage_become_batch(cell.argument, _callbacks.many_at_once)
            cell.is_narrow = False

    return restore


def fail_init(actor: Context | type[Actor], error: Exception) -> Callable[[], None]:
    """Lets the next `init` of an actor fail, or that of any actor of a class. The function returned
    takes that back."""
    if isinstance(actor, type):
        return _fail_class(actor, error)
    cell = actor._cell
    if cell.started and cell.maker is not None:
        return _fail_restart(cell, error)
    return _fail_start(cell, error)


def _fail_class(actor: type[Actor], error: Exception) -> Callable[[], None]:
    own = actor.__dict__.get("init")

    def restore() -> None:
        if actor.__dict__.get("init") is not fail:
            return
        if own is None:
            del actor.init
        else:
            actor.init = own  # type: ignore[method-assign]

    def fail(self: Actor, context: Context) -> None:
        restore()
        raise error

    actor.init = fail  # type: ignore[method-assign]
    return restore


def _fail_start(cell: Cell, error: Exception) -> Callable[[], None]:
    initialize = cell.initialize

    def restore() -> None:
        if cell.initialize is fail:
            cell.initialize = initialize

    def fail(context: Context) -> None:
        restore()
        raise error

    cell.initialize = fail
    return restore


def _fail_restart(cell: Cell, error: Exception) -> Callable[[], None]:
    # A restart makes a new object, and calls its `init` next.
    make: Any = cell.maker

    def restore() -> None:
        if cell.maker is fail:
            cell.maker = make

    def fail(*args: Any, **kwargs: Any) -> Any:
        restore()
        undo = _fail_class(make, error)
        try:
            return make(*args, **kwargs)
        except BaseException:
            undo()
            raise

    cell.maker = fail
    return restore
