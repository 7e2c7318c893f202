"""Requests: those of actors, and those from outside, which the engine's gateway makes for them.

The gateway is an actor that every engine has. It asks for those who are no actors, and does for other
threads what belongs to the engine's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import _abi
from ._future import Future, running_loop
from ._native import check, library
from .errors import BackstageError, InCallback

if TYPE_CHECKING:
    from ctypes import c_void_p

    from ._cell import Cell
    from ._context import Context
    from ._core import Core
    from ._message import Message
    from ._ref import Ref
    from .codecs import Codec

Handler = Callable[["Context", "Message"], Any]


class Asked:
    """A request that waits for its answer."""

    __slots__ = ("cause", "codec", "failed", "then")

    def __init__(self, codec: Codec | None, then: Handler | None, failed: Handler | None) -> None:
        self.codec = codec
        self.then = then
        self.failed = failed
        #: What the actor asked has raised, if it is one of ours.
        self.cause: BaseException | None = None


def answered(
    cell: Cell, kind: int, token: int
) -> tuple[Handler, Codec | None, BaseException | None]:
    """Who takes a REPLY or FAILURE, how a reply is read, and what a failure came from."""
    asked = cell.requests.pop(token, None)
    if asked is None:
        return cell.receive, None, None
    if kind == _abi.REPLY:
        return asked.then or cell.receive, asked.codec, None
    return asked.failed or cell.receive, None, asked.cause


def ask(ref: Ref, payload: Any, timeout: float | None, block: bool) -> Any:
    """See `Ref.ask`."""
    core = ref._core
    data = ref._encode(payload)
    if block and (running_loop() is not None or core.stepping and core.is_here):
        block = False
    if block and core.is_here and (core.acting is not None or core.running):
        raise InCallback("a callback cannot wait for an answer: use context.request, an "
                         "`async def receive`, or block=False")  # fmt: skip
    future = Future(core, ref._codec)
    if core.is_here:
        future._start(ref._value, data, timeout)
    else:
        core.handle  # noqa: B018  # raises if the engine is closed
        on_engine(core, lambda: future._start(ref._value, data, timeout))
    if not block:
        return future
    try:
        return future.get(timeout)
    except BaseException:
        future.cancel()
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
    if core.is_here:
        command()
        return
    core.commands.append(command)
    gateway = core.gateway
    if core.engine is not None and gateway is not None:
        check(library.backstage_engine_send(core.engine, gateway.number, None, 0))


def act(ref: Ref, call: Callable[[c_void_p], int]) -> None:
    """Acts on an actor from wherever this is: as who acts now, or as the gateway."""
    core = ref._core

    def command() -> None:
        core.handle  # noqa: B018
        cell = core.acting or gateway_of(core)
        core.settle()
        core.interrupted = True
        check(call(cell.argument))

    on_engine(core, command)


def do_commands(context: Context, message: Message) -> None:
    """What the gateway receives: other threads have left commands."""
    core = message._cell.core
    while core.commands:
        command = core.commands.popleft()
        try:
            command()
        except BackstageError as error:
            from ._log import logger

            logger().warning("asked for by another thread: %s", error)


def sleep(core: Core, seconds: float) -> Future:
    """A future that is done after so many seconds of the engine's clock."""
    future = Future(core)
    gateway_of(core).context.after(seconds, lambda context, message: future._resolve(None))
    return future
