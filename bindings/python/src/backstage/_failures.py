"""What becomes of an exception that a callback has raised."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import _abi
from ._batch import Batch
from ._core import NotBegun, cells
from ._log import log_failure
from ._memory import memory, store_size
from ._message import WholeMessage
from ._views import take_back
from .errors import BackstageError

if TYPE_CHECKING:
    from ._cell import Cell


_LEAST = -(2**31)


def status_of(error: BaseException) -> int:
    """The status that an exception is to C."""
    status = getattr(error, "status", None) if isinstance(error, BackstageError) else None
    if isinstance(status, int) and _LEAST <= status < 0 and status != _abi.TIMEOUT:
        return status  # that one says of a run that its time is over
    return _abi.USER_STATUS


def failed(key: int, error: BaseException, envelopes: int, handled: int) -> int:
    """The actor has failed on the message in hand; KeyboardInterrupt and SystemExit leave `run`."""
    cell = cells[key]
    message = cell.current
    index = cell.index(envelopes) + (message.failed_at if isinstance(message, Batch) else 0)
    is_failure = isinstance(error, Exception)
    if isinstance(error, NotBegun):
        wind_up(cell)
        store_size(memory, handled, max(index, 0))
        return _abi.YIELD
    if is_failure:
        note_failure(cell, error, "receive", message)
    else:
        cell.core.leave(error)
    wind_up(cell, is_over=not is_failure)
    store_size(memory, handled, index if is_failure else index + 1)
    return status_of(error) if is_failure else _abi.YIELD


def wind_up(cell: Cell, is_over: bool = False) -> None:
    """Ends a callback that has raised: what it told others before is handed over. The message in
    hand is over, or will be a dead letter."""
    core = cell.core
    try:
        core.settle()
    except BackstageError as error:
        log_failure(cell, error, "handing over what it told others")
    take_back(core)
    message = cell.current
    if isinstance(message, WholeMessage):
        message.expire(True, is_over)
    elif isinstance(message, Batch):
        message.expire(message.failed_at + is_over)
    cell.iterator = cell.current = None
    core.acting = None


def note_failure(cell: Cell, error: BaseException, where: str, message: object = None) -> None:
    """Logs a failure, and keeps it for the supervisor, for `run`, and for who asked."""
    core = cell.core
    core.forget_failure()
    core.failure = cell.failure = error
    core.failed = cell
    if isinstance(message, WholeMessage) and message.type == _abi.REQUEST:
        asker = core.cells.get(message._sender)
        asked = asker.requests.get(message.token) if asker is not None else None
        if asked is not None:
            asked.cause = error
    log_failure(cell, error, where)
    if core.on_failure is not None:
        core.on_failure(cell, error, where)
    core.quiet += where != "decide"  # a line of the engine's will say so too
