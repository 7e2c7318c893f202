"""aiohttp's server and client, and actors, on one thread and one loop."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

pytest.importorskip("aiohttp")

from aiohttp import ClientError, ClientSession, WSMsgType, web

from backstage import (
    Actor,
    Context,
    DeadLetter,
    DeadReason,
    Engine,
    Message,
    Ref,
    Stopped,
    Supervision,
    Timeout,
    aio,
    codecs,
)

from ..conftest import Logged
from ..support import Failing
from .support import Run, spinning
from .web import client, fetch, serving


class Counter(Actor):
    """Counts by name."""

    codec = codecs.JSON

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self.thread = threading.get_ident()

    def receive(self, context: Context, message: Message) -> int:
        assert threading.get_ident() == self.thread
        name = message.payload
        self.counts[name] = self.counts.get(name, 0) + 1
        return self.counts[name]


def test_hundreds_of_requests_ask_an_actor(run: Run) -> None:
    names = 7
    requests = 400

    async def main(engine: Engine) -> list[Any]:
        counter = engine.spawn(Counter)

        async def count(request: web.Request) -> web.Response:
            return web.json_response(await counter.ask(request.query["name"], timeout=60.0))

        async with serving({"/count": count}) as address, client() as session:
            answers = await asyncio.gather(
                *(fetch(session, f"{address}/count?name=n{n % names}") for n in range(requests))
            )
        return sorted(int(answer) for answer in answers)

    counts = run(main)
    shares = [len(range(name, requests, names)) for name in range(names)]
    assert counts == sorted(count for share in shares for count in range(1, share + 1))


def test_slow_actors_hold_nobody_up(run: Run) -> None:
    """Many requests wait for actors that wait for one that comes later."""

    async def main(engine: Engine) -> list[bytes]:
        gate = asyncio.Event()
        waiting: list[bytes] = []

        class Patient(Actor):
            async def receive(self, context: Context, message: Message) -> bytes:
                waiting.append(message.payload)
                await gate.wait()
                return message.payload  # type: ignore[no-any-return]

        async def wait(request: web.Request) -> web.Response:
            patient = engine.spawn(Patient)
            try:
                return web.Response(body=await patient.ask(request.query_string.encode()))
            finally:
                patient.stop()

        async def open_gate(request: web.Request) -> web.Response:
            gate.set()
            return web.Response()

        routes = {"/wait": wait, "/open": open_gate}
        async with serving(routes) as address, client(200) as session:
            fetches = [
                asyncio.ensure_future(fetch(session, f"{address}/wait?{number}"))
                for number in range(150)
            ]
            while len(waiting) < 150:
                await asyncio.sleep(0)
            assert not any(future.done() for future in fetches)
            await fetch(session, f"{address}/open")
            return await asyncio.gather(*fetches)

    assert run(main) == [b"%d" % number for number in range(150)]


def test_actors_fetch(run: Run) -> None:
    """With a session of their own, from a server in the same loop, which asks another actor."""
    closed: list[bool] = []

    class Fetcher(Actor):
        async def init(self, context: Context) -> None:
            self.session = ClientSession()

        async def receive(self, context: Context, message: Message) -> bytes:
            if message.payload == b"close":
                await self.session.close()
                closed.append(self.session.closed)
                return b"closed"
            async with self.session.get(message.payload.decode()) as response:
                return await response.read()

    async def main(engine: Engine) -> list[bytes]:
        counter = engine.spawn(Counter)

        async def count(request: web.Request) -> web.Response:
            return web.Response(text=str(await counter.ask(request.path)))

        async with serving({"/count": count}) as address:
            fetchers = [engine.spawn(Fetcher) for _ in range(10)]
            target = f"{address}/count".encode()
            answers = await asyncio.gather(*(fetchers[n % 10].ask(target) for n in range(60)))
            closes = await asyncio.gather(*(fetcher.ask(b"close") for fetcher in fetchers))
            assert closes == [b"closed"] * 10
        return answers

    answers = run(main)
    assert sorted(map(int, answers)) == list(range(1, 61))
    assert closed == [True] * 10


def test_what_an_actor_cannot_answer_is_an_error_of_the_servers(run: Run, logged: Logged) -> None:
    async def main(engine: Engine) -> list[int]:
        class Moody(Actor):
            async def receive(self, context: Context, message: Message) -> bytes | None:
                await asyncio.sleep(0)
                if message.payload == b"fail":
                    raise Failing("for this one")
                return None if message.payload == b"nothing" else b"fine"

        class Keeper(Actor):
            supervision = Supervision()

            def init(self, context: Context) -> None:
                moody.append(context.spawn_child(Moody))

            def receive(self, context: Context, message: Message) -> None:
                pass

        async def ask(request: web.Request) -> web.Response:
            payload = request.query_string
            try:
                timeout = 0.001 if payload == "nothing" else 60.0
                return web.Response(body=await moody[0].ask(payload.encode(), timeout))
            except Timeout:
                raise web.HTTPGatewayTimeout from None
            except Stopped as error:
                raise web.HTTPBadGateway(text=repr(error.__cause__)) from None

        moody: list[Ref] = []
        engine.spawn(Keeper)
        statuses = []
        async with serving({"/": ask}) as address, client() as session:
            for payload in ("fail", "nothing", "fine"):
                async with session.get(f"{address}/?{payload}") as response:
                    statuses.append(response.status)
        return statuses

    assert run(main) == [502, 504, 200]
    assert [str(error) for error in logged.errors()] == ["for this one"]


def test_a_client_that_goes_away_cancels_the_request(run: Run, letters: list[DeadLetter]) -> None:
    async def main(engine: Engine) -> None:
        gate = asyncio.Event()
        begun: list[bytes] = []
        cancelled = asyncio.Event()

        class Patient(Actor):
            async def receive(self, context: Context, message: Message) -> bytes:
                begun.append(message.payload)
                if message.payload == b"wait":
                    await gate.wait()
                return b"an answer"

        patient = engine.spawn(Patient)

        async def ask(request: web.Request) -> web.Response:
            try:
                return web.Response(body=await patient.ask(request.query_string.encode()))
            except asyncio.CancelledError:
                cancelled.set()
                raise

        async with serving({"/": ask}) as address:
            async with client() as session:
                asks = asyncio.ensure_future(fetch(session, f"{address}/?wait"))
                while not begun:
                    await asyncio.sleep(0)
                asks.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await asks
            await cancelled.wait()
            gate.set()
            async with client() as session:
                assert await fetch(session, f"{address}/?again") == b"an answer"
        assert begun == [b"wait", b"again"]

    run(main)
    assert [letter.reason for letter in letters] == [DeadReason.NOT_WAITING]


def test_a_web_socket_talks_to_an_actor(run: Run) -> None:
    class Room(Actor):
        """Publishes what is said."""

        def receive(self, context: Context, message: Message) -> int:
            return context.publish(message.payload)

    class Guest(Actor):
        """Hears what is said, and writes it to a web socket."""

        def __init__(self, socket: web.WebSocketResponse) -> None:
            self.socket = socket

        def init(self, context: Context) -> None:
            context.subscribe("room")

        async def receive(self, context: Context, message: Message) -> bytes:
            if message.payload != b"ready?":
                await self.socket.send_bytes(message.payload)
            return b"ready"

    async def main(engine: Engine) -> list[list[bytes]]:
        room = engine.spawn(Room, id="room")

        async def serve(request: web.Request) -> web.WebSocketResponse:
            socket = web.WebSocketResponse()
            await socket.prepare(request)
            guest = engine.spawn(Guest, socket)
            await guest.ask(b"ready?")
            await socket.send_bytes(b"welcome")
            async for message in socket:
                assert message.type is WSMsgType.BINARY
                room.tell(message.data)
            guest.stop()
            return socket

        async def visit(session: ClientSession, address: str, number: int) -> list[bytes]:
            async with session.ws_connect(f"{address}/room") as socket:
                assert await socket.receive_bytes() == b"welcome"
                arrived.append(number)
                while len(arrived) < 5:
                    await asyncio.sleep(0)
                for line in range(10):
                    await socket.send_bytes(b"%d says %d" % (number, line))
                return [await socket.receive_bytes() for _ in range(50)]

        arrived: list[int] = []
        async with serving({"/room": serve}) as address, client() as session:
            return await asyncio.gather(*(visit(session, address, n) for n in range(5)))

    heard = run(main)
    for lines in heard:
        assert lines == heard[0]
        for number in range(5):
            said = [line for line in lines if line.startswith(b"%d says" % number)]
            assert said == [b"%d says %d" % (number, line) for line in range(10)]


def test_an_actor_streams_an_answer(run: Run) -> None:
    class Source(Actor):
        async def receive(self, context: Context, message: Message) -> bytes:
            number = int(message.payload)
            await context.sleep(0)
            return b"%d\n" % number * 1000

    async def main(engine: Engine) -> bytes:
        source = engine.spawn(Source)

        async def stream(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse()
            await response.prepare(request)
            for number in range(100):
                await response.write(await source.ask(b"%d" % number))
            await response.write_eof()
            return response

        async with serving({"/stream": stream}) as address, client() as session:
            return await fetch(session, f"{address}/stream")

    assert run(main) == b"".join(b"%d\n" % number * 1000 for number in range(100))


def test_a_server_answers_while_actors_are_busy(run: Run) -> None:
    async def main(engine: Engine) -> list[bytes]:
        spinning(engine, 20)
        counter = engine.spawn(Counter)

        async def count(request: web.Request) -> web.Response:
            return web.Response(text=str(await counter.ask("")))

        async with serving({"/": count}) as address, client() as session:
            return await asyncio.gather(*(fetch(session, address) for _ in range(50)))

    assert sorted(map(int, run(main))) == list(range(1, 51))


def test_it_ends_in_good_order_with_requests_under_way() -> None:
    """The main task ends: the server's tasks are cancelled, then the engine's actors end."""
    events: list[str] = []

    class Patient(Actor):
        async def receive(self, context: Context, message: Message) -> None:
            events.append("begins")
            try:
                await asyncio.Event().wait()
            finally:
                events.append("actor cancelled")

        def deinit(self, context: Context, reason: Any) -> None:
            events.append("actor ends")

    async def main(engine: Engine) -> None:
        patient = engine.spawn(Patient)

        async def ask(request: web.Request) -> web.Response:
            try:
                return web.Response(body=await patient.ask(b""))
            finally:
                events.append("request cancelled")

        async with client() as session:
            async with serving({"/": ask}, shutdown_timeout=0.001) as address:
                asks = asyncio.ensure_future(fetch(session, address))
                while not events:
                    await asyncio.sleep(0)
            with pytest.raises(ClientError):
                await asks

    aio.run(main)
    assert events == ["begins", "request cancelled", "actor ends", "actor cancelled"]
