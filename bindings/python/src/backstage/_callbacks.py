"""What C calls: one function for each kind of callback, and a key that tells whom it is for. They
live as long as the process, so that C never calls what has been collected."""

from __future__ import annotations

from ctypes import c_void_p
from typing import NamedTuple

from . import _abi
from ._core import Core, cells
from ._coroutines import begin, cancel
from ._deliver import receive
from ._enums import DeadReason, Directive, MessageType, Reason
from ._failures import note_failure, status_of, wind_up
from ._log import log_line, logger
from ._memory import INLINE_BYTES, memory, unpack_whole
from ._ref import Ref, find_ref
from .codecs import forget, is_travelling
from .errors import error_of

__all__ = ["DeadLetter", "dead_letter", "decide", "deinit", "engines", "init", "log", "receive"]

#: The engines, by key.
engines: dict[int, Core] = {}


@_abi.InitCallback
def init(context: int, key: int) -> int:
    """Starts an actor, or starts it again."""
    try:
        cell = cells[key]
        core = cell.core
        core.acting = cell
        if cell.argument is None:
            cell.argument = c_void_p(context)
        if cell.instance is None and cell.maker is not None:
            cell.make()
        cell.started = True
        status = _abi.OK
        if cell.initialize is not None:
            result = cell.initialize(cell.context)
            if cell.is_coroutine(result):
                status = begin(cell, result, None)
        if core.touched:
            core.settle()
        core.acting = None
        return status
    except BaseException as error:
        return _failed(key, error, "init")


@_abi.DeinitCallback
def deinit(context: int, reason: int, key: int) -> int:
    """Ends an actor, or takes it down for a restart."""
    try:
        cell = cells[key]
        core = cell.core
        before = core.acting
        core.acting = cell
        cancel(cell)
        instance = cell.instance
        if cell.maker is not None and instance is not None:
            instance.deinit(cell.context, Reason(reason))
        core.settle()
        core.acting = before
        return _abi.OK
    except BaseException as error:
        return _failed(key, error, "deinit")
    finally:
        _put_away(key, reason)


def _put_away(key: int, reason: int) -> None:
    cell = cells[key]
    cell.handlers.clear()
    cell.become(None)
    if reason == _abi.REASON_RESTARTED:
        if cell.maker is not None:
            cell.instance = None
        return
    cell.started = False
    del cells[key]
    core = cell.core
    core.cells.pop(cell.number, None)
    if core.gateway is cell:
        core.gateway = None
    cell.forget()


@_abi.DecideCallback
def decide(supervisor: int, child: int, status: int, restarts: int, key: int) -> int:
    """Asks a supervisor what follows a child's failure."""
    try:
        cell = cells[key]
        core = cell.core
        before = core.acting
        core.acting = cell
        failing = core.cells.get(child)
        error = failing.failure if failing is not None else None
        if error is None or status_of(error) != status:
            error = error_of(status)
        directive = Directive(
            cell.instance.decide(cell.context, find_ref(core, child), error, restarts)
        )
        core.settle()
        core.acting = before
        return directive
    except BaseException as error:
        _failed(key, error, "decide")
        return _abi.DIRECTIVE_STOP


def _failed(key: int, error: BaseException, where: str) -> int:
    cell = cells[key]
    if not isinstance(error, Exception):
        cell.core.leave(error)
        wind_up(cell)
        return _abi.OK
    note_failure(cell, error, where)
    wind_up(cell)
    return status_of(error)


class DeadLetter(NamedTuple):
    """A message that nobody handled: for whom it was (None if unknown), by whom, what, and why not."""

    receiver: Ref | None
    sender: Ref | None
    type: MessageType
    payload: bytes
    reason: DeadReason


@_abi.DeadLetterCallback
def dead_letter(engine: int, receiver: int, envelope: int, reason: int, key: int) -> None:
    """Shows the engine's user a dead letter, and forgets what travelled in it by reference."""
    try:
        core = engines[key]
        sender, address, _, size, kind, inline = unpack_whole(memory, envelope)
        if is_travelling() and size == 16:
            forget(inline[:16])
        if core.dead_letter is None:
            return
        payload = inline[:size] if size <= INLINE_BYTES else memory[address : address + size]
        letter = DeadLetter(
            find_ref(core, receiver) if receiver else None,
            find_ref(core, sender) if sender else None,
            MessageType(kind),
            payload,
            DeadReason(reason),
        )
        core.dead_letter(letter)
    except Exception:
        logger().exception("the dead-letter handler failed")
    except BaseException as error:
        engines[key].leave(error)


@_abi.LogCallback
def log(level: int, message: bytes, key: int) -> None:
    """A line of the engine's own log."""
    try:
        core = engines[key]
        if core.quiet and level == _abi.LOG_ERROR:
            core.quiet = False
            return
        log_line(level, message.decode(errors="replace"))
    except BaseException as error:
        engines[key].leave(error)

