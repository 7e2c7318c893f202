"""Requests: those of actors, and those from outside, which the engine's gateway makes for them.

The gateway is an actor that every engine has. It asks for those who are no actors, and does for
other threads what belongs to the engine's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import _abi
from ._future import Asked, Future, Handler, running_loop
from ._native import check, library, limit_of
from .codecs import forget
from .errors import BackstageError, Ending, InCallback, NotFound, Stopped, fail

if TYPE_CHECKING:
    from ctypes import c_void_p

    from ._cell import Cell
    from ._context import Context
    from ._core import Core
    from ._message import Message
    from ._ref import Ref
    from .codecs import Codec


def answered(
    cell: Cell, kind: int, token: int
) -> tuple[Handler, Codec | None, BaseException | None]:
    """Who takes a REPLY or FAILURE, how a reply is read, and what a failure came from."""
    asked: Asked | None = cell.requests.pop(token, None)
    if asked is None:
        return cell.receive, None, None
    if kind == _abi.REPLY:
        return asked.then or cell.receive, asked.codec, None
    return asked.failed or cell.receive, None, asked.cause


def rebind(cell: Cell) -> None:
    """The actor starts again: its methods that wait for answers will be its new object's."""
    for asked in cell.requests.values():
        asked.then = _rebound(cell, asked.then)
        asked.failed = _rebound(cell, asked.failed)


def _rebound(cell: Cell, handler: Handler | None) -> Handler | None:
    if handler is None or getattr(handler, "__self__", None) is not cell.instance:
        return handler
    method = handler.__name__
    return lambda context, message: getattr(cell.instance, method)(context, message)


def ask(ref: Ref, payload: Any, timeout: float | None, block: bool) -> Any:
    """See `Ref.ask`."""
    core = ref._core
    limit_of(timeout)  # raises if it is no time
    block = block and _blocks(core)
    future = Future(core, ref._codec)
    begin(future, ref, ref._encode(payload), timeout)
    if not block:
        return future
    try:
        return future.get(timeout)
    except BaseException:
        future.cancel()
        raise


def _blocks(core: Core) -> bool:
    """Whether who asks waits for the answer. Raises `InCallback` where nothing would bring it."""
    core.handle  # noqa: B018
    loop = running_loop()
    if not core.is_here:
        return loop is None
    if core.stepping or loop is not None and (core.loop is loop or core.running):
        return False
    if loop is not None:
        raise InCallback(
            "the asyncio loop here does not run the engine: use backstage.aio.run, or "
            "engine.start(), or run it yourself and ask with block=False"
        )
    if core.acting is not None or core.running or core.is_aside:
        raise InCallback("a callback cannot wait for an answer: use context.request, an "
                         "`async def receive`, or block=False")  # fmt: skip
    return True


def begin(future: Future, ref: Ref, data: bytes, timeout: float | None) -> None:
    """Sends the request of a future."""
    core = ref._core
    try:
        core.handle  # noqa: B018  # raises if the engine is closed
        on_engine(core, lambda: future._start(ref._value, data, timeout))
    except BackstageError:
        forget(data)
        raise


def gateway_of(core: Core) -> Cell:
    """The engine's gateway: a new one, if the former was drained with all others."""
    if core.gateway is None:
        from ._spawn import spawn_gateway

        spawn_gateway(core)
    assert core.gateway is not None
    return core.gateway


def on_engine(core: Core, command: Callable[[], object]) -> None:
    """Does something on the engine's thread: at once if this is it, else when it looks."""
    if core.is_here and not core.is_aside:
        command()
        return
    core.commands.append(command)
    gateway = core.gateway
    if core.engine is None:
        do_all(core)
    elif gateway is not None:  # else the next run makes one
        send = library.backstage_engine_send
        status = core.from_anywhere(send, gateway.number, None, 0)
        if status and core.door is not None:  # else it comes to `Closed` by and by
            try:
                core.commands.remove(command)
            except ValueError:  # it has been done
                return
            fail(status)


def act(ref: Ref, call: Callable[[c_void_p], int]) -> None:
    """Acts on an actor from wherever this is: as who acts now, or as the gateway."""
    core = ref._core
    core.handle  # noqa: B018  # raises if the engine is closed

    def command() -> None:
        core.handle  # noqa: B018
        cell = core.acting or gateway_of(core)
        core.settle()
        core.interrupted = True
        check(call(cell.argument))

    on_engine(core, command)


def do_commands(context: Context, message: Message) -> None:
    """What the gateway receives: other threads have left commands."""
    do_all(message._cell.core)


def do_all(core: Core) -> None:
    """Does what other threads have left; in a closed engine it comes to `Closed`."""
    commands = core.commands
    while commands:
        try:
            command = commands.popleft()
        except IndexError:  # another thread was quicker
            return
        try:
            command()
        except NotFound:  # who was to end has ended
            pass
        except BackstageError as error:
            if core.engine is not None:
                from ._log import logger

                logger().warning("asked for by another thread: %s", error)


def restore_gateway(core: Core) -> None:
    """Makes the gateway anew that was drained, before the engine runs again."""
    try:
        gateway_of(core)
    except BackstageError:  # not yet: others are still drained
        return
    do_all(core)


def desert(gateway: Cell) -> None:
    """The gateway ends: who asked by it will get no answer."""
    for future in _futures(gateway):
        future._fail(Ending())


def give_up(core: Core, error: BaseException) -> None:
    """The run of a thread of the engine's has failed: who asked would wait for ever."""
    do_all(core)
    if core.gateway is not None:
        for future in _futures(core.gateway):
            stopped = Stopped("the run of the engine has ended before the answer was there")
            stopped.__cause__ = error
            future._fail(stopped)
            future._withdraw()


def _futures(gateway: Cell) -> list[Future]:
    found = (getattr(asked.then, "__self__", None) for asked in gateway.requests.values())
    return [future for future in found if isinstance(future, Future)]


def sleep(core: Core, seconds: float) -> Future:
    """A future that is done after so many seconds of the engine's clock."""
    future = Future(core)
    context = gateway_of(core).context
    future._timer = context.after(seconds, lambda context, message: future._resolve(None))
    return future
