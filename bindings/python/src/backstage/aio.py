"""asyncio and actors on one thread: asyncio's event loop is driven by an engine's.

So anything that is made for asyncio works beside them:

    import asyncio
    from backstage import Engine, aio

    async def main(engine: Engine) -> None:
        async def answer(context, message):
            await asyncio.sleep(0.1)
            return b"hello, " + message.payload

        greeter = engine.spawn(answer)
        print(await greeter.ask(b"world", timeout=1.0))

    aio.run(main)
"""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from ._engine import Engine
from ._future import running_loop
from ._loop import EventLoop
from ._requests import restore_gateway
from ._signals import is_main_thread
from ._tasks import ActorCoroutine

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator
    from types import FrameType

__all__ = ["EventLoop", "current_engine", "drain", "run"]

Result = TypeVar("Result")


def run(
    main: Coroutine[Any, Any, Result] | Callable[[Engine], Coroutine[Any, Any, Result]],
    *,
    engine: Engine | None = None,
    debug: bool | None = None,
) -> Result:
    """Runs a coroutine, and an engine meanwhile, as `asyncio.run` does without one. Returns what
    the coroutine returns.

    `main` is a coroutine, or a function that makes one of the engine. Without an `engine` of
    yours, which stays open, one is made, and closed at the end. Coroutines of actors are tasks of
    asyncio's.

    The run ends when `main` does: `engine.stop` does not end it. Ctrl-C cancels `main`, and then
    leaves as KeyboardInterrupt. What would leave `Engine.run` leaves this: a failure of an actor
    that is escalated past the top, KeyboardInterrupt and SystemExit. At the end all other tasks
    are cancelled, then the engine is closed and its actors' coroutines are cancelled, and
    asyncio's generators and executor are shut down.

    Raises `InCallback` if the engine runs already; `WrongThread`; RuntimeError where an asyncio
    loop runs.
    """
    try:
        if running_loop() is not None:
            raise RuntimeError("backstage.aio.run cannot be called where an asyncio loop runs")
        with ExitStack() as stack:
            if engine is not None:
                return _run(stack, main, engine, debug)
            made = Engine()
            stack.callback(made.close)
            return _run(stack, main, made, debug, made.close)
    finally:
        if asyncio.iscoroutine(main):
            main.close()  # if it could not even begin


def current_engine() -> Engine:
    """The engine on which asyncio's loop runs here. Raises RuntimeError if no such loop runs."""
    return _current_loop().engine


async def drain(timeout: float | None = None) -> bool:
    """Drains the current engine, as `Engine.drain`, and waits for that: all its actors handle what
    they have, and end. False if some were killed, for they had not ended after `timeout` seconds.
    """
    loop = _current_loop()
    restore_gateway(loop.engine._core)  # so that there is somebody whose end can be waited for
    loop.engine.drain(timeout)
    return await loop.drained()


def _current_loop() -> EventLoop:
    loop = running_loop()
    if not isinstance(loop, EventLoop):
        raise RuntimeError("no asyncio loop runs here on an engine: see backstage.aio.run")
    return loop


def _run(
    stack: ExitStack,
    main: Coroutine[Any, Any, Result] | Callable[[Engine], Coroutine[Any, Any, Result]],
    engine: Engine,
    debug: bool | None,
    close: Callable[[], object] = int,
) -> Result:
    loop = EventLoop(engine)
    if debug is not None:
        loop.set_debug(debug)
    stack.callback(engine._core.raise_error)
    stack.callback(loop.close)
    asyncio.set_event_loop(loop)
    stack.callback(asyncio.set_event_loop, None)
    coroutine = main(engine) if callable(main) else main
    task = loop.create_task(coroutine)
    interrupts = stack.enter_context(_interruptible(task))
    # The last comes first.
    stack.callback(_shut_down, loop)
    stack.callback(_cancel_all, loop)
    stack.callback(loop.leave_engine)
    stack.callback(close)
    stack.callback(_cancel_all, loop, but=ActorCoroutine)
    stack.callback(loop.let_time_go_on)
    try:
        return loop.run_until_complete(task)
    except asyncio.CancelledError:
        if interrupts and (sys.version_info < (3, 11) or task.uncancel() == 0):
            raise KeyboardInterrupt from None
        raise
    finally:
        if task.done() and not task.cancelled():
            task.exception()  # whatever leaves has been seen


@contextmanager
def _interruptible(task: asyncio.Task[Any]) -> Iterator[list[int]]:
    """Lets Ctrl-C cancel a task; the next one interrupts whatever runs."""
    interrupts: list[int] = []

    def handle(number: int, frame: FrameType | None) -> None:
        interrupts.append(number)
        if len(interrupts) == 1 and not task.done():
            task.cancel()
        else:
            raise KeyboardInterrupt

    is_ours = is_main_thread() and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if is_ours:
        signal.signal(signal.SIGINT, handle)
    try:
        yield interrupts
    finally:
        if is_ours and signal.getsignal(signal.SIGINT) is handle:
            signal.signal(signal.SIGINT, signal.default_int_handler)


def _cancel_all(loop: EventLoop, but: type | None = None) -> None:
    """Cancels what tasks there are, but for those that run such coroutines, and waits for them."""
    tasks = [
        task
        for task in asyncio.all_tasks(loop)
        if but is None or not isinstance(task.get_coro(), but)
    ]
    if not tasks:
        return
    for task in tasks:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
    for task in tasks:
        if not task.cancelled() and (error := task.exception()) is not None:
            message = "unhandled exception when backstage.aio.run had ended"
            loop.call_exception_handler({"message": message, "exception": error, "task": task})


def _shut_down(loop: EventLoop) -> None:
    try:
        loop.run_until_complete(loop.shutdown_asyncgens())
    finally:
        loop.run_until_complete(loop.shutdown_default_executor())
