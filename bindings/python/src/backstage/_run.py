"""Running an engine."""

from __future__ import annotations

import sys
from _thread import get_ident
from typing import TYPE_CHECKING, NoReturn

from . import _abi, _lifetimes
from ._failures import status_of
from ._native import library, nanoseconds
from ._requests import restore_gateway
from ._signals import guard_for, interrupt
from .errors import InCallback, WrongThread, error_of

if TYPE_CHECKING:
    from ._core import Core

__all__ = ["interrupt", "raise_escalated", "run"]


def run(core: Core, mode: int, timeout: float | None) -> bool:
    """Runs the engine. False if the time was over first. Raises what leaves it."""
    engine = core.handle
    if core.thread != get_ident():
        raise WrongThread
    if core.running:
        raise InCallback("the engine runs already")
    if core.loop is not None:
        raise InCallback("asyncio's loop runs the engine: await what it is to do")
    limit = nanoseconds(timeout)
    if core.gateway is None:
        restore_gateway(core)
    try:
        status = _run(core, engine, mode, limit)
    finally:
        if core.error is not None:
            core.raise_error()
    core.handle  # noqa: B018  # raises in a child process that was forked inside a callback
    if status < 0 and status != _abi.TIMEOUT:
        raise_escalated(core, status)
    return status != _abi.TIMEOUT


def _run(core: Core, engine: int, mode: int, limit: int) -> int:
    """The status. What is to leave the run is the error that is kept then."""
    status = _abi.OK
    guard = guard_for(core, sys._getframe(), hears=mode != _abi.RUN_NO_WAIT)
    try:
        core.running = True
        if guard is not None:
            guard.put_up()
        if core.error is None and not (limit < 0 and _lifetimes.is_late(mode)):
            status = library.backstage_engine_run(engine, mode, limit)
    except BaseException as error:  # of a handler that nobody guards
        core.keep_error(error)
    finally:
        was_stopped = core.stopping
        core.running = core.stopping = core.held = False
        if core.over is not None:
            core.over.set()
        if core.engine is None:
            _lifetimes.close_wakeup(core)  # which C had in use until now
        elif core.error is not None and was_stopped:
            _take_stop_back(core)
        if status >= 0 or status == _abi.TIMEOUT:
            core.forget_failure()
        _lifetimes.bury(core)
        if guard is not None:
            guard.take_down()
    return status


def _take_stop_back(core: Core) -> None:
    """What ends this run may have come after C had left it: the next is not to be over at once."""
    library.backstage_engine_stop(core.engine)
    library.backstage_engine_run(core.engine, _abi.RUN_NO_WAIT, 0)


def raise_escalated(core: Core, status: int) -> NoReturn:
    """Raises what was escalated past the top: the last failure, if that had the status, is its
    cause."""
    failure = core.failure
    core.forget_failure()
    is_cause = failure is not None and status_of(failure) == status
    if not is_cause:
        raise error_of(status)
    raise error_of(status, f"an actor failed: {failure!r}") from failure
