"""asyncio's loop, on an engine, and threads and actors that use it."""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import Any

from backstage import Context, Engine, Message, aio

from .support import Run, spinning

# ---- Threads


def test_other_threads_wake_it(run: Run) -> None:
    """While it sleeps, and while actors are busy."""

    async def main(engine: Engine, is_busy: bool) -> None:
        loop = asyncio.get_running_loop()
        if is_busy:
            spinning(engine)
        assert await loop.run_in_executor(None, threading.get_ident) != threading.get_ident()
        assert await asyncio.to_thread(lambda: 42) == 42
        event = asyncio.Event()
        thread = threading.Thread(target=loop.call_soon_threadsafe, args=(event.set,))
        thread.start()
        await event.wait()
        thread.join()

    run(lambda engine: main(engine, False))
    run(lambda engine: main(engine, True))


def test_threads_may_tell_and_ask_meanwhile(run: Run) -> None:
    async def twice(context: Context, message: Message) -> bytes:
        await asyncio.sleep(0)
        return message.payload * 2  # type: ignore[no-any-return]

    async def main(engine: Engine) -> bytes:
        actor = engine.spawn(twice)
        actor.tell(b"")
        return await asyncio.to_thread(actor.ask, b"there ", 60.0)

    assert run(main) == b"there there "


# ---- Actors that use the loop


def test_plain_callbacks_may_use_the_loop(
    run: Run, pair: tuple[socket.socket, socket.socket]
) -> None:
    """What they schedule is looked at as soon as they return, though the loop would sleep."""
    here, there = pair
    events: list[str] = []

    async def work() -> None:
        events.append("task")
        await asyncio.sleep(0)
        there.send(b"x")

    async def main(engine: Engine) -> None:
        over = asyncio.Event()

        def ready(loop: asyncio.AbstractEventLoop) -> None:
            events.append("reader")
            loop.remove_reader(here)
            loop.call_later(0.001, over.set)

        def receive(context: Context, message: Message) -> None:
            loop = asyncio.get_running_loop()
            if message.payload == b"first":
                loop.add_reader(here, ready, loop)
                loop.call_later(0.001, context.ref.tell, b"second")
            else:
                events.append("timer")
                tasks.append(loop.create_task(work()))

        engine.spawn(receive).tell(b"first")
        await over.wait()

    tasks: list[Any] = []
    run(main)
    assert events == ["timer", "task", "reader"]


def test_an_actor_may_stop_the_loop(engine: Engine) -> None:
    loop = aio.EventLoop(engine)

    def stop(context: Context, message: Message) -> None:
        loop.stop()

    try:
        engine.spawn(stop).tell(b"")
        loop.run_forever()
        assert not loop.is_running()
    finally:
        loop.close()
