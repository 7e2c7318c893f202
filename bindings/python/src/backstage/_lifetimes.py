"""What becomes of engines: those that are closed, those that are forgotten, and those that are
there when the interpreter exits or the process forks.

*Closed.* Every actor ends, with its `deinit`, and what other threads asked for meanwhile comes to
`Closed`. They can be at it all the time: none of their calls gets through to an engine that is
gone.

*Forgotten.* An engine that nobody refers to any more is closed as if by `close`, with a
ResourceWarning, on whatever thread lets go of it. Inside a callback it cannot be: then it is as
soon as a run is over. One that `start` runs is not forgotten before it is stopped, nor is one that
an actor of its own refers to. KeyboardInterrupt and SystemExit of a `deinit` then go where all goes
that a `__del__` raises: to `sys.unraisablehook`.

*Exit.* First all runs on other threads end, as if by `stop`, so that Python can wait for those
threads; a run without a timeout that begins there after that is over at once. Then, when only
daemon threads are left, every engine that does not run is closed, whoever's it was. One that a
daemon thread still runs stays open until the process is gone.

*Fork.* A child process has none of its parent's engines. To it they are closed: every method raises
`Closed`, and nothing in it touches what the parent goes on with. If the fork was inside a callback,
a child that returns from that gets `Closed` out of `run`. Signals are what they were outside any
run. The child may make engines of its own.

*Reload.* What C calls lives as long as the process. Engines go on when `backstage` is reloaded.
When it is taken out of `sys.modules` and imported anew, or when its private modules are reloaded,
their actors still get what they are told, and they can be run and closed.

Without the interpreter's lock, in a free-threaded build, all this holds as long as a thread's
engines are its own, and those of other threads only `tell`, `ask` and `publish` to engines that are
not being closed at that moment: the engine itself keeps these apart.
"""

from __future__ import annotations

import atexit
import os
import sys
import threading
import warnings
from _thread import get_ident
from typing import TYPE_CHECKING, Any

from . import _abi, _signals
from ._core import engines, watches
from ._log import log_trouble
from ._native import check, library
from ._requests import do_all
from .errors import Closed, InCallback

if TYPE_CHECKING:
    from types import FrameType

    from ._cell import Cell
    from ._core import Core

FORKED = "the engine belongs to the process that this one was forked from"

#: Those that were forgotten where they could not be closed.
_orphans: list[Core] = []
_is_exiting = False


# ---- Closed


def close(core: Core) -> None:
    """Closes an engine of this thread. Raises what its actors leave it with: KeyboardInterrupt,
    say."""
    if core.engine is None:
        return
    core.require_here()
    if core.running or core.acting is not None:
        raise InCallback("an engine cannot be closed inside its callbacks: stop it first")
    guard = _signals.guard_for(core, sys._getframe(), hears=False)
    try:
        if guard is not None:
            guard.put_up()
        _destroy(core)
    finally:
        bury(core)
        if guard is not None:
            guard.take_down()
        if core.error is not None:
            core.raise_error()


def _destroy(core: Core) -> None:
    with core.lock:
        engine, core.door = core.door, None  # from now on no other thread gets in
    if engine is None:
        raise Closed  # or just about to be, by another thread
    status = library.backstage_engine_destroy(engine)
    if status:
        core.door = engine
        check(status)
    core.engine = None
    engines.pop(core.key, None)
    for key in [key for key, watch in watches.items() if watch._core is core]:
        del watches[key]
    do_all(core)
    core.forget_failure()
    close_wakeup(core)


def close_wakeup(core: Core) -> None:
    """Closes the pipe through which signals came."""
    wakeup, core.wakeup = core.wakeup, None
    if wakeup is not None:
        for end in wakeup:
            os.close(end)


def adopt(core: Core) -> None:
    """Makes this the engine's thread."""
    core.handle  # noqa: B018
    with core.lock:
        status = library.backstage_engine_adopt(core.door)
    if core.door is None:
        raise Closed(core.why_closed)
    check(status)
    core.thread = get_ident()


# ---- Forgotten


def abandon(core: Core) -> None:
    """Closes an engine that nobody refers to any more, now or as soon as that can be."""
    if core.engine is None or core.door is None:
        return
    if core.running:
        _orphans.append(core)
        return
    try:
        if core.thread != get_ident():
            adopt(core)
        close(core)
    except InCallback:
        _orphans.append(core)


def collect(core: Core, frame: FrameType | None) -> None:
    """The same, from the engine's `__del__`, which may be called anywhere: where this package was
    just about to call C, perhaps, and for that very engine."""
    if _signals.is_ours(frame):
        _orphans.append(core)
    else:
        abandon(core)


def bury(runs: Core) -> None:
    """Closes what was forgotten meanwhile: a run is over, which what their actors raise leaves
    too."""
    for _ in range(len(_orphans)):
        try:
            core = _orphans.pop(0)
        except IndexError:  # another thread was quicker
            return
        try:
            abandon(core)
        except Exception as error:
            log_trouble("a forgotten engine could not be closed", error)
        except BaseException as error:
            runs.keep_error(error)


# ---- Exit


def is_late(mode: int) -> bool:
    """Whether the interpreter waits for this thread to end, so that a run is over before it
    begins."""
    sleeps = mode in (_abi.RUN_UNTIL_STOPPED, _abi.RUN_ONCE)
    return _is_exiting and sleeps and not _signals.is_main_thread()


def _stop_all() -> None:
    global _is_exiting
    _is_exiting = True
    for core in list(engines.values()):
        if core.running:
            core.over = threading.Event()
            core.stop()


def _close_all() -> None:
    for core in list(engines.values()):
        if core.running and core.over is not None and not _is_daemon(core.thread):
            # Python has waited for the thread, unless Ctrl-C made it believe that it had ended.
            core.over.wait()
        if core.engine is None or core.running:
            continue
        try:
            warnings.warn("an Engine was not closed", ResourceWarning, stacklevel=1)
        except Warning as warning:  # it is to be an error
            log_trouble("the interpreter exits", warning)
        try:
            if core.thread != get_ident():
                adopt(core)
            close(core)
        except BaseException as error:
            log_trouble("closing an engine at exit", error)


def _is_daemon(ident: int) -> bool:
    return all(thread.daemon for thread in threading.enumerate() if thread.ident == ident)


# ---- Fork

#: What belonged to the parent's actors: nothing of it is to be called, nor finalized, here.
_ghosts: list[Any] = []


def _forget_all() -> None:
    for core in list(engines.values()):
        if core.engine is not None:
            _forget(core)
    _signals.desert()


def _forget(core: Core) -> None:
    engine = core.engine
    core.lock = threading.RLock()
    core.engine = core.door = None
    core.why_closed = FORKED
    if core.running and core.thread == get_ident():
        # C is on the stack. That it is to return is all that it is told.
        library.backstage_engine_stop(engine)
        core.interrupted = True
    else:
        close_wakeup(core)
    core.running = False
    core.thread = get_ident()  # nobody else could have it
    for ref in core.touched.values():
        ref._room = 0
    _ghosts.append((core.touched, core.commands, core.views, core.gateway, core.dead_letter))
    core.touched = {}
    core.commands = type(core.commands)()
    core.views = []
    core.acting = core.gateway = core.loop = core.last = core.dead_letter = core.on_failure = None
    for cell in core.cells.values():
        _haunt(cell)
    for watch in watches.values():
        if watch._core is core:
            _ghosts.append(watch._callback)
            watch._callback = _nothing


def _haunt(cell: Cell) -> None:
    """Lets an actor do nothing any more."""
    _ghosts.append((
        cell.instance, cell.maker, cell.args, cell.kwargs, cell.receive, cell.initialize,
        cell.handlers, cell.requests, cell.task, cell.pending,
    ))  # fmt: skip
    cell.argument = cell.instance = cell.maker = cell.initialize = cell.task = cell.pending = None
    cell.codec = None
    cell.is_batch = False
    cell.receive = _nothing
    cell.handlers = {}
    cell.requests = {}


def _nothing(*_: object) -> None:
    pass


def _register_before_threads_are_waited_for() -> None:
    register = getattr(threading, "_register_atexit", atexit.register)
    try:
        register(_stop_all)
    except RuntimeError:  # they are already
        pass


_register_before_threads_are_waited_for()
atexit.register(_close_all)
os.register_at_fork(after_in_child=_forget_all)
