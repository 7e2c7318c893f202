"""Descriptors of asyncio's, watched by an engine."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from typing import Any

from backstage import Actor, Context, Engine, Events, Message, aio

from ..support import Failing
from .support import Run, spinning


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
        spinning(engine)
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
        spinning(engine)
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


def test_descriptors_are_left_as_they_were(run: Run) -> None:
    async def main(engine: Engine) -> None:
        await asyncio.to_thread(int)
        await asyncio.sleep(0)

    run(main)
    before = sorted(os.listdir("/proc/self/fd"))
    for _ in range(3):
        aio.run(main)
    assert sorted(os.listdir("/proc/self/fd")) == before
