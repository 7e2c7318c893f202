"""Signals that come while asyncio's loop runs on an engine."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Iterator
from typing import Any, NoReturn

import pytest

from backstage import Actor, Context, Engine, Message, aio

from .support import Run, Spinner


@pytest.fixture(autouse=True)
def signals() -> Iterator[None]:
    """Signals are as they were before each test, which leaves them so itself."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1)
    former = [signal.getsignal(number) for number in numbers]
    signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    assert signal.set_wakeup_fd(-1) == -1
    assert signal.getsignal(signal.SIGINT) in (signal.default_int_handler, interrupts)
    for number, handler in zip(numbers, former, strict=True):
        signal.signal(number, handler)


def interrupts(number: int, frame: object) -> None:
    """A handler of Ctrl-C's."""
    interrupted.append(number)


interrupted: list[int] = []


def send_soon(number: int = signal.SIGINT) -> None:
    """Sends this process a signal, from another thread; the loop is most likely asleep by then, and
    nothing but what is tried depends on that."""
    threading.Timer(0.002, os.kill, (os.getpid(), number)).start()


@pytest.mark.parametrize("is_busy", [False, True], ids=["asleep", "busy"])
def test_ctrl_c_cancels_the_main_task(run: Run, is_busy: bool) -> None:
    events: list[str] = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            events.append("task cancelled")

    async def main(engine: Engine) -> None:
        tasks.append(asyncio.create_task(work()))
        await asyncio.sleep(0)
        if is_busy:
            engine.spawn(Spinner).tell(b"")
        send_soon()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await asyncio.sleep(0)
            events.append("main cancelled")
            raise

    tasks: list[Any] = []
    with pytest.raises(KeyboardInterrupt):
        run(main)
    assert events == ["main cancelled", "task cancelled"]


def test_ctrl_c_in_a_callback_cancels_the_main_task(run: Run) -> None:
    finished: list[bool] = []

    def interrupt(context: Context, message: Message) -> None:
        signal.raise_signal(signal.SIGINT)
        finished.append(True)

    async def main(engine: Engine) -> None:
        engine.spawn(interrupt).tell(b"")
        await asyncio.Event().wait()

    with pytest.raises(KeyboardInterrupt):
        run(main)
    assert finished == [True]


def test_the_main_task_may_have_the_last_word(run: Run) -> None:
    async def main(engine: Engine) -> str:
        try:
            signal.raise_signal(signal.SIGINT)
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            pass
        return "all the same"

    assert run(main) == "all the same"


def test_to_be_cancelled_otherwise_is_no_ctrl_c(run: Run) -> None:
    async def main(engine: Engine) -> None:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        await asyncio.sleep(0)

    with pytest.raises(asyncio.CancelledError):
        run(main)


@pytest.mark.parametrize("place", ["task", "actor", "coroutine"])
def test_the_second_ctrl_c_interrupts(run: Run, place: str) -> None:
    """Whatever code of the users' it is that does not end."""

    def work() -> NoReturn:
        while True:
            signal.raise_signal(signal.SIGINT)

    def receive(context: Context, message: Message) -> None:
        work()

    async def receive_there(context: Context, message: Message) -> None:
        await asyncio.sleep(0)
        work()

    async def main(engine: Engine) -> None:
        if place == "task":
            work()
        engine.spawn(receive if place == "actor" else receive_there).tell(b"")
        await asyncio.Event().wait()

    with pytest.raises(KeyboardInterrupt):
        run(main)


def test_ctrl_c_at_the_end_interrupts_that(run: Run) -> None:
    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            signal.raise_signal(signal.SIGINT)

    async def main(engine: Engine) -> None:
        tasks.append(asyncio.create_task(work()))
        await asyncio.sleep(0)

    tasks: list[asyncio.Task[None]] = []
    with pytest.raises(KeyboardInterrupt):
        run(main)
    assert isinstance(tasks[0].exception(), KeyboardInterrupt)


def test_a_handler_of_the_users_stays(run: Run) -> None:
    interrupted.clear()
    signal.signal(signal.SIGINT, interrupts)

    async def main(engine: Engine) -> None:
        send_soon()
        while not interrupted:
            await asyncio.sleep(0)

    run(main)
    assert interrupted == [signal.SIGINT]
    assert signal.getsignal(signal.SIGINT) is interrupts


@pytest.mark.parametrize("is_busy", [False, True], ids=["asleep", "busy"])
def test_what_a_handler_raises_leaves(run: Run, is_busy: bool) -> None:
    """Wherever it comes."""

    def exit(number: int, frame: object) -> NoReturn:
        sys.exit(f"signal {number}")

    signal.signal(signal.SIGTERM, exit)

    async def main(engine: Engine) -> None:
        if is_busy:
            engine.spawn(Spinner).tell(b"")
            await asyncio.sleep(0)
        send_soon(signal.SIGTERM)
        await asyncio.Event().wait()

    for _ in range(25):
        with pytest.raises(SystemExit, match="signal 15"):
            run(main)
    assert signal.getsignal(signal.SIGTERM) is exit


def test_what_a_handler_raises_where_it_would_be_lost_leaves(run: Run) -> None:
    def exit(number: int, frame: object) -> NoReturn:
        sys.exit("in a finalizer")

    class Finalized:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGTERM)

    async def main(engine: Engine) -> None:
        def receive(context: Context, message: Message) -> None:
            Finalized()

        engine.spawn(receive).tell(b"")
        await asyncio.Event().wait()

    signal.signal(signal.SIGTERM, exit)
    with pytest.raises(SystemExit, match="in a finalizer"):
        run(main)


@pytest.mark.parametrize("is_busy", [False, True], ids=["asleep", "busy"])
def test_the_loop_handles_signals(run: Run, is_busy: bool) -> None:
    async def main(engine: Engine) -> None:
        loop = asyncio.get_running_loop()
        received: asyncio.Queue[str] = asyncio.Queue()
        if is_busy:
            engine.spawn(Spinner).tell(b"")
        for text in ("first", "second"):
            loop.add_signal_handler(signal.SIGUSR1, received.put_nowait, text)
            send_soon(signal.SIGUSR1)
            assert await received.get() == text
            assert loop.remove_signal_handler(signal.SIGUSR1)
            assert not loop.remove_signal_handler(signal.SIGUSR1)
        # Others still wake it.
        send_soon()
        await asyncio.Event().wait()

    with pytest.raises(KeyboardInterrupt):
        run(main)


def test_the_loop_may_handle_ctrl_c(run: Run) -> None:
    async def main(engine: Engine) -> str:
        stopped = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, stopped.set)
        send_soon()
        await stopped.wait()
        return "in good order"

    assert run(main) == "in good order"


def test_an_actor_may_watch_a_signal(run: Run) -> None:
    class Watches(Actor):
        def init(self, context: Context) -> None:
            context.watch_signal(signal.SIGUSR1, self.signalled)

        async def signalled(self, context: Context, message: Message) -> None:
            await asyncio.sleep(0)
            over.set()

        def receive(self, context: Context, message: Message) -> bytes:
            return b"ready"

    async def main(engine: Engine) -> None:
        await engine.spawn(Watches).ask(b"")
        send_soon(signal.SIGUSR1)
        await over.wait()

    over = asyncio.Event()
    run(main)


def test_other_threads_leave_signals_alone() -> None:
    async def main(engine: Engine) -> object:
        return signal.getsignal(signal.SIGINT)

    handlers: list[object] = []
    thread = threading.Thread(target=lambda: handlers.append(aio.run(main)))
    thread.start()
    thread.join()
    assert handlers == [signal.default_int_handler]
