"""Running an engine, and leaving off when a signal says so."""

from __future__ import annotations

import os
import signal
import socket
import threading
from contextlib import contextmanager, suppress
from ctypes import byref, c_uint64, cast
from time import monotonic
from typing import TYPE_CHECKING

from . import _abi
from ._native import FOREVER, check, library, nanoseconds
from .errors import InCallback, error_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from ._core import Core

# Wakes an engine without a line of Python, in which a signal's handler could raise: to C an extra
# argument is none.
_stop_natively = cast(library.backstage_engine_stop, _abi.FdCallback)

_PACKAGE = __package__ or ""
#: Functions that call users' code and see to whatever that raises.
_BOUNDARIES = {"receive", "deliver_one", "_deliver_uniform", "_deliver_together", "_deliver_apart",
               "init", "deinit", "decide", "dead_letter", "step"}  # fmt: skip


def run(core: Core, mode: int, timeout: float | None) -> bool:
    """Runs the engine. False if the time was over first. Raises what leaves it."""
    if core.running:
        raise InCallback("the engine runs already")
    limit = nanoseconds(timeout)
    engine = core.handle
    core.running = True
    try:
        with _interruptible(core, sleeps=mode in (_abi.RUN_UNTIL_STOPPED, _abi.RUN_ONCE)):
            began = monotonic()
            status = library.backstage_engine_run(engine, mode, limit)
            while status == _abi.OK and mode == _abi.RUN_UNTIL_STOPPED and _only_woken(core):
                left = FOREVER if timeout is None else nanoseconds(
                    max(timeout - (monotonic() - began), 0.0)
                )  # fmt: skip
                status = library.backstage_engine_run(engine, mode, left)
    finally:
        core.running = core.stopping = False
        error, core.error = core.error, None
        if error is not None:
            raise error
    if status == _abi.TIMEOUT:
        return False
    if status < 0:
        raise error_of(status) from core.failure
    return True


def _only_woken(core: Core) -> bool:
    """Whether the run returned for a signal whose handler has nothing against going on."""
    return core.wakeup is not None and _read(core) and not core.stopping


@contextmanager
def _interruptible(core: Core, sleeps: bool) -> Iterator[None]:
    """Lets signals end the run, on the main thread, where Python sees them."""
    if threading.current_thread() is not threading.main_thread() or core.loop is not None:
        yield
        return
    former_handler = signal.getsignal(signal.SIGINT)
    ours = former_handler is signal.default_int_handler
    if ours:
        signal.signal(signal.SIGINT, lambda number, frame: _interrupt(core, frame))
    if sleeps:
        reader, writer = _wakeup(core)
        former_fd = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
        core.wakeup = (reader, writer, former_fd)
    try:
        yield
    finally:
        if sleeps:
            signal.set_wakeup_fd(former_fd)
            _read(core)
        if ours:
            signal.signal(signal.SIGINT, former_handler)


def _interrupt(core: Core, frame: FrameType | None) -> None:
    """Ctrl-C. Users' code is interrupted where it is; ours finishes what it does first."""
    innermost = frame
    while frame is not None:
        if frame.f_globals.get("__package__") == _PACKAGE:
            if frame is not innermost and frame.f_code.co_name in _BOUNDARIES:
                raise KeyboardInterrupt
            break
        frame = frame.f_back
    core.leave(KeyboardInterrupt())


def _wakeup(core: Core) -> tuple[socket.socket, socket.socket]:
    """Where Python writes signals to; the engine watches the other end."""
    if core.wakeup is None:
        reader, writer = socket.socketpair()
        reader.setblocking(False)
        writer.setblocking(False)
        watcher = c_uint64()
        check(
            library.backstage_engine_watch_fd(
                core.handle, reader.fileno(), _abi.READABLE, _stop_natively, None, byref(watcher)
            )
        )
        core.wakeup = (reader, writer, -1)
    return core.wakeup[:2]  # type: ignore[no-any-return]


def _read(core: Core) -> bool:
    """Takes the signals' numbers that have come, and gives them to who waited for them before."""
    reader, _, former_fd = core.wakeup
    try:
        numbers = reader.recv(4096)
    except BlockingIOError:
        return False
    if former_fd >= 0:
        with suppress(OSError):  # full: who waits there wakes anyway
            os.write(former_fd, numbers)
    return True
