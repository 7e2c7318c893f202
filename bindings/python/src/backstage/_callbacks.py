"""What C calls: one function for each kind of callback, and a key that tells whom it is for. They
live as long as the process, so that C never calls what has been collected."""

from __future__ import annotations

from contextlib import contextmanager
from ctypes import c_void_p
from typing import TYPE_CHECKING, NamedTuple

from . import _abi
from ._core import cells, engines
from ._coroutines import begin, cancel, refuse_coroutine
from ._deliver import many_at_once
from ._enums import DeadReason, Directive, MessageType, Reason
from ._failures import note_failure, status_of, wind_up
from ._log import log_failure, log_line, log_trouble
from ._memory import memory, unpack_whole
from ._native import keep_for_ever
from ._ref import Ref, find_ref, find_sender
from ._requests import desert, rebind
from .codecs import REFERENCE_BYTES, bury, is_travelling
from .errors import error_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ._cell import Cell
    from ._core import Core

__all__ = [
    "DeadLetter",
    "dead_letter",
    "decide",
    "deinit",
    "engines",
    "init",
    "log",
    "many_at_once",
]


@_abi.InitCallback  # type: ignore[untyped-decorator]
def init(context: int, key: int) -> int:
    """Starts an actor, or starts it again."""
    try:
        cell = cells[key]
        core = cell.core
        core.acting = cell
        cell.current = None
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


@_abi.DeinitCallback  # type: ignore[untyped-decorator]
def deinit(context: int, reason: int, key: int) -> int:
    """Ends an actor, or takes it down for a restart."""
    try:
        cell = cells[key]
        core = cell.core
        before = core.acting
        core.acting = cell
        if cell.argument is None:  # ended before its first turn
            cell.argument = c_void_p(context)
        cell.current = None
        _cut_off(cell)
        instance = cell.instance
        if cell.maker is not None and instance is not None:
            refuse_coroutine(instance.deinit(cell.context, Reason(reason)), "deinit")
        core.settle()
        core.acting = before
        return _abi.OK
    except BaseException as error:
        return _failed(key, error, "deinit")
    finally:
        _put_away(key, reason)


def _cut_off(cell: Cell) -> None:
    try:
        cancel(cell)
    except Exception as error:
        log_failure(cell, error, "a coroutine that was cut off")
    except BaseException as error:
        cell.core.leave(error)


def _put_away(key: int, reason: int) -> None:
    cell = cells[key]
    cell.handlers.clear()
    cell.become(None)
    cell.is_narrow = False
    if reason == _abi.REASON_RESTARTED:
        if cell.maker is not None:
            rebind(cell)
            cell.instance = None
        return
    cell.started = False
    del cells[key]
    core = cell.core
    core.cells.pop(cell.number, None)
    if core.gateway is cell:
        core.gateway = None
        try:
            desert(cell)
        except BaseException as error:  # of a callback of a future
            core.leave(error)
    cell.forget()


@_abi.DecideCallback  # type: ignore[untyped-decorator]
def decide(supervisor: int, child: int, status: int, restarts: int, key: int) -> int:
    """Asks a supervisor what follows a child's failure."""
    try:
        cell = cells[key]
        core = cell.core
        before = core.acting
        core.acting = cell
        cell.current = None
        failing = core.cells.get(child)
        error = failing.failure if failing is not None else None
        if error is None or status_of(error) != status:
            error = error_of(status)
        decided = cell.instance.decide(cell.context, find_ref(core, child), error, restarts)
        refuse_coroutine(decided, "decide")
        directive = Directive(decided)
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
    """A message that nobody handled: for whom it was (None if unknown), by whom, what, and why
    not."""

    receiver: Ref | None
    sender: Ref | None
    type: MessageType
    payload: bytes
    reason: DeadReason


#: Dead letters that their receivers never accepted.
_REFUSALS = (_abi.DEAD_INBOX_FULL, _abi.DEAD_NO_MEMORY, _abi.DEAD_ENDED)


@_abi.DeadLetterCallback  # type: ignore[untyped-decorator]
def dead_letter(engine: int, receiver: int, envelope: int, reason: int, key: int) -> None:
    """Shows the engine's user a dead letter, and forgets what travelled in it by reference."""
    try:
        core = engines[key]
        sender, address, _, size, kind, _ = unpack_whole(memory, envelope)
        if is_travelling() and size == REFERENCE_BYTES:
            bury(memory[address : address + size], reason not in _REFUSALS)
        if core.dead_letter is None:
            return
        payload = memory[address : address + size]
        letter = DeadLetter(
            find_sender(core, receiver),
            find_sender(core, sender),
            MessageType(kind),
            payload,
            DeadReason(reason),
        )
        with _standing_aside(core):
            core.dead_letter(letter)
    except Exception as error:
        log_trouble("the dead-letter handler failed", error)
    except BaseException as error:
        engines[key].leave(error)


@contextmanager
def _standing_aside(core: Core) -> Iterator[None]:
    """For users' code in the midst of a call of an actor's: C takes from nobody now but what any
    thread may do."""
    acting, core.acting = core.acting, None
    touched, core.touched = core.touched, {}
    was_aside, core.is_aside = core.is_aside, True
    try:
        yield
    finally:
        core.is_aside = was_aside
        core.acting = acting
        core.touched = touched


@_abi.LogCallback  # type: ignore[untyped-decorator]
def log(level: int, message: bytes, key: int) -> None:
    """A line of the engine's own log."""
    try:
        core = engines[key]
        if core.quiet and level == _abi.LOG_ERROR:
            core.quiet -= 1
            return
        with _standing_aside(core):
            log_line(level, message.decode(errors="replace"))
    except Exception:  # a filter or handler of the user's
        pass
    except BaseException as error:
        engines[key].leave(error)


keep_for_ever(init, deinit, decide, dead_letter, log)
