"""asyncio's loop on an engine: descriptors, timers, threads, and how it shares with actors."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from backstage import Actor, Context, Engine, Events, Message, aio

from ..support import Failing

Run = Callable[..., Any]


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Two sockets that are connected."""
    ends = socket.socketpair()
    for end in ends:
        end.setblocking(False)
    yield ends
    for end in ends:
        end.close()


class Spinner(Actor):
    """Is always busy: sends itself the next message, until it is stopped."""

    def __init__(self) -> None:
        self.turns = 0

    def receive(self, context: Context, message: Message) -> Any:
        if message.payload == b"turns":
            return b"%d" % self.turns
        self.turns += 1
        context.ref.tell(b"")


async def spinning(engine: Engine, count: int = 3) -> list[Any]:
    """Actors that are busy."""
    spinners = [engine.spawn(Spinner) for _ in range(count)]
    for spinner in spinners:
        spinner.tell(b"")
    return spinners


# ---- Descriptors


def test_descriptors_are_watched(run: Run, pair: tuple[socket.socket, socket.socket]) -> None:
    here, there = pair

    async def main(engine: Engine) -> None:
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(here, b"hello")
        assert await loop.sock_recv(there, 100) == b"hello"
        receives = asyncio.ensure_future(loop.sock_recv(here, 100))
        await asyncio.sleep(0)
        await loop.sock_sendall(there, b"back")
        assert await receives == b"back"

    run(main)


def test_both_sides_of_a_descriptor(run: Run, pair: tuple[socket.socket, socket.socket]) -> None:
    here, there = pair
    seen: list[str] = []

    async def main(engine: Engine) -> None:
        loop = asyncio.get_running_loop()
        over = asyncio.Event()

        def readable() -> None:
            seen.append(here.recv(1).decode())
            assert loop.remove_reader(here)
            over.set()

        def writable() -> None:
            seen.append("writable")
            assert loop.remove_writer(here)
            there.send(b"x")

        loop.add_reader(here, readable)
        loop.add_writer(here, writable)
        await over.wait()
        assert seen == ["writable", "x"]
        assert not loop.remove_reader(here)
        # Again, for other events.
        over.clear()
        loop.add_writer(here, writable)
        while len(seen) < 3:
            await asyncio.sleep(0)
        loop.add_reader(here, readable)
        await over.wait()

    run(main)
    assert seen == ["writable", "x"] * 2


def test_a_callback_may_close_what_is_ready_too(run: Run) -> None:
    """Both descriptors are ready at once: the first callback closes the other's."""
    called: list[int] = []

    async def main(engine: Engine) -> None:
        loop = asyncio.get_running_loop()
        pairs = [socket.socketpair() for _ in range(2)]
        readers = [ends[0] for ends in pairs]

        def ready(index: int) -> None:
            called.append(index)
            for reader in readers:
                loop.remove_reader(reader)
                reader.close()

        for index, (reader, writer) in enumerate(pairs):
            writer.send(b"x")
            loop.add_reader(reader, ready, index)
        while not called:
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert len(called) == 1
        # The numbers are given anew.
        again = socket.socketpair()
        over = asyncio.Event()
        loop.add_reader(again[0], over.set)
        again[1].send(b"x")
        await over.wait()
        loop.remove_reader(again[0])
        for end in (*again, *(ends[1] for ends in pairs)):
            end.close()

    run(main)


def test_what_a_callback_raises_goes_to_the_loops_handler(
    run: Run, pair: tuple[socket.socket, socket.socket]
) -> None:
    told: list[dict[str, Any]] = []
    here, there = pair

    async def main(engine: Engine) -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: told.append(context))

        def ready() -> None:
            loop.remove_reader(here)
            raise Failing("in a reader")

        loop.add_reader(here, ready)
        there.send(b"x")
        while not told:
            await asyncio.sleep(0)

    run(main)
    assert isinstance(told[0]["exception"], Failing)


def test_many_descriptors(run: Run) -> None:
    count = 200

    async def main(engine: Engine) -> list[bytes]:
        loop = asyncio.get_running_loop()
        pairs = [socket.socketpair() for _ in range(count)]
        for end in (end for ends in pairs for end in ends):
            end.setblocking(False)
        receives = [asyncio.ensure_future(loop.sock_recv(ends[0], 10)) for ends in pairs]
        await spinning(engine)
        await asyncio.sleep(0)
        for index, (_, writer) in enumerate(pairs):
            writer.send(b"%d" % index)
        received = await asyncio.gather(*receives)
        for end in (end for ends in pairs for end in ends):
            end.close()
        return received

    assert run(main) == [b"%d" % index for index in range(count)]


def test_descriptors_of_actors_and_of_asyncio_together(
    run: Run, pair: tuple[socket.socket, socket.socket]
) -> None:
    here, there = pair

    class Watches(Actor):
        def init(self, context: Context) -> None:
            context.watch_fd(here.fileno(), Events.READABLE, self.ready)

        def ready(self, context: Context, message: Message) -> None:
            here.send(b"actor got " + here.recv(100))

        def receive(self, context: Context, message: Message) -> None:
            pass

    async def main(engine: Engine) -> bytes:
        loop = asyncio.get_running_loop()
        engine.spawn(Watches)
        await loop.sock_sendall(there, b"ping")
        return await loop.sock_recv(there, 100)

    assert run(main) == b"actor got ping"


def test_a_pipe_of_a_subprocess(run: Run) -> None:
    async def main(engine: Engine) -> tuple[bytes, int | None]:
        await spinning(engine)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", "print(input()[::-1])",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, _ = await process.communicate(b"desserts\n")
        return out, process.returncode

    assert run(main) == (b"stressed\n", 0)


def test_servers_and_streams(run: Run) -> None:
    class Upper(Actor):
        def receive(self, context: Context, message: Message) -> bytes:
            return message.payload.upper()  # type: ignore[no-any-return]

    async def main(engine: Engine) -> list[bytes]:
        upper = engine.spawn(Upper)

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while line := await reader.readline():
                writer.write(await upper.ask(line))
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]

        async def talk(index: int) -> bytes:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            for line in range(5):
                writer.write(b"line %d of %d\n" % (line, index))
            writer.write_eof()
            answer = await reader.read()
            writer.close()
            await writer.wait_closed()
            return answer

        answers = await asyncio.gather(*(talk(index) for index in range(30)))
        server.close()
        await server.wait_closed()
        return answers

    answers = run(main)
    for index, answer in enumerate(answers):
        assert answer == b"".join(b"LINE %d OF %d\n" % (line, index) for line in range(5))


# ---- Threads


def test_other_threads_wake_it(run: Run) -> None:
    """While it sleeps, and while actors are busy."""

    async def main(engine: Engine, is_busy: bool) -> None:
        loop = asyncio.get_running_loop()
        if is_busy:
            await spinning(engine)
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


# ---- Sharing


def test_timers_are_looked_at_while_actors_are_busy(run: Run) -> None:
    async def main(engine: Engine) -> None:
        await spinning(engine)
        await asyncio.sleep(0.002)
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), 0.002)

    run(main)


def test_busy_tasks_and_busy_actors_share(run: Run) -> None:
    async def main(engine: Engine) -> None:
        spinners = await spinning(engine)
        rounds = 0

        async def spin() -> None:
            nonlocal rounds
            while True:
                rounds += 1
                await asyncio.sleep(0)

        tasks = [asyncio.create_task(spin()) for _ in range(3)]
        for _ in range(20):
            before = rounds
            turns = [int(await spinner.ask(b"turns")) for spinner in spinners]
            while rounds < before + 30:
                await asyncio.sleep(0)
            later = [int(await spinner.ask(b"turns")) for spinner in spinners]
            assert all(now > then for now, then in zip(later, turns))
        for task in tasks:
            task.cancel()

    run(main)


def test_descriptors_that_are_always_ready_starve_nobody(
    run: Run, pair: tuple[socket.socket, socket.socket]
) -> None:
    """A callback that takes longer than the engine goes without a look at descriptors: each look
    finds them ready."""
    here, there = pair
    there.send(b"x")

    async def main(engine: Engine) -> None:
        loop = asyncio.get_running_loop()

        def ready() -> None:
            began = loop.time()
            while loop.time() < began + 0.001:
                pass

        loop.add_reader(here, ready)
        spinners = await spinning(engine)
        turns = [0] * len(spinners)
        while min(turns) < 1000:
            turns = [int(await spinner.ask(b"turns")) for spinner in spinners]
        loop.remove_reader(here)

    run(main)


def test_busy_actors_do_not_return_to_asyncio_for_nothing(engine: Engine) -> None:
    """While only actors are busy, asyncio's loop makes no rounds: they would cost each message."""
    loop = aio.EventLoop(engine)
    handled: list[int] = []
    rounds: list[float | None] = []

    def count(context: Context, message: Message) -> None:
        handled.append(1)
        if len(handled) < 20_000:
            context.ref.tell(b"")
        else:
            loop.stop()

    select = loop._selector.select  # type: ignore[attr-defined]

    def counted(timeout: float | None = None) -> Any:
        rounds.append(timeout)
        return select(timeout)

    loop._selector.select = counted  # type: ignore[attr-defined]
    try:
        engine.spawn(count).tell(b"")
        loop.run_forever()
    finally:
        loop.close()
    assert len(handled) == 20_000
    assert len(rounds) < 10


def test_descriptors_are_left_as_they_were(run: Run) -> None:
    async def main(engine: Engine) -> None:
        await asyncio.to_thread(int)
        await asyncio.sleep(0)

    run(main)
    before = sorted(os.listdir("/proc/self/fd"))
    for _ in range(3):
        aio.run(main)
    assert sorted(os.listdir("/proc/self/fd")) == before
