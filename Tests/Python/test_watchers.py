"""Watching descriptors, in actors and outside."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from typing import Any

import pytest

import backstage
from backstage import Actor, Context, Engine, Events, IOEvent, Message, MessageType
from backstage._core import watches

from .support import Failing, ignore


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    one, other = socket.socketpair()
    one.setblocking(False)
    other.setblocking(False)
    with one, other:
        yield one, other


class Reader(Actor):
    """Notes what it reads."""

    def __init__(self, socket: socket.socket, notes: list[Any]) -> None:
        self.socket = socket
        self.notes = notes

    def init(self, context: Context) -> None:
        self.watcher = context.watch_fd(self.socket.fileno())

    def receive(self, context: Context, message: Message) -> None:
        assert message.type is MessageType.IO
        assert message.token == self.watcher.token
        self.notes.append((message.event, self.socket.recv(100)))


def test_readable(engine: Engine, pair: tuple[socket.socket, socket.socket]) -> None:
    notes: list[Any] = []
    engine.spawn(Reader, pair[0], notes)
    engine.run_until_idle()
    assert notes == []
    for text in (b"one", b"two"):
        pair[1].send(text)
        engine.run_until_idle()
    event = IOEvent(pair[0].fileno(), Events.READABLE)
    assert notes == [(event, b"one"), (event, b"two")]
    assert isinstance(notes[0][0].events, Events)


def test_writable_and_both(engine: Engine, pair: tuple[socket.socket, socket.socket]) -> None:
    seen: list[Events] = []
    context = engine.context(engine.spawn(ignore))

    def ready(own: Context, message: Message) -> None:
        seen.append(message.event.events)
        watcher.cancel()

    for events in (Events.WRITABLE, Events.READABLE | Events.WRITABLE):
        watcher = context.watch_fd(pair[0].fileno(), events, ready)
        engine.run_until_idle()
    pair[1].send(b"x")
    watcher = context.watch_fd(pair[0].fileno(), Events.READABLE | Events.WRITABLE, ready)
    engine.run_until_idle()
    assert seen == [Events.WRITABLE, Events.WRITABLE, Events.READABLE | Events.WRITABLE]
    assert not context._cell.handlers


def test_a_peer_that_hangs_up_is_readable(
    engine: Engine, pair: tuple[socket.socket, socket.socket]
) -> None:
    notes: list[Any] = []
    engine.spawn(Reader, pair[0], notes)
    pair[1].close()
    engine.run_no_wait()
    engine.run_no_wait()
    assert notes[0][1] == b""


def test_cancel(engine: Engine, pair: tuple[socket.socket, socket.socket]) -> None:
    context = engine.context(engine.spawn(ignore))
    watcher = context.watch_fd(pair[0].fileno(), handler=ignore)
    watcher.cancel()
    with pytest.raises(backstage.NotFound):
        watcher.cancel()
    pair[1].send(b"x")
    engine.run_until_idle()
    assert engine.statistics().events == 0
    assert not context._cell.handlers


def test_it_ends_with_its_actor(engine: Engine, pair: tuple[socket.socket, socket.socket]) -> None:
    notes: list[Any] = []
    ref = engine.spawn(Reader, pair[0], notes)
    engine.run_until_idle()
    ref.stop()
    engine.run_until_idle()
    pair[1].send(b"x")
    engine.run_until_idle()
    assert notes == []


@pytest.mark.parametrize("events", [0, Events.ERROR, 8, 7])
def test_what_cannot_be_watched_for(
    engine: Engine, pair: tuple[socket.socket, socket.socket], events: Any
) -> None:
    context = engine.context(engine.spawn(ignore))
    with pytest.raises(backstage.InvalidArgument):
        context.watch_fd(pair[0].fileno(), events)
    with pytest.raises(backstage.InvalidArgument):
        engine.watch_fd(pair[0].fileno(), events, print)
    assert not watches


def test_a_handler_that_fails(
    engine: Engine, logged: Any, pair: tuple[socket.socket, socket.socket]
) -> None:
    def raise_it(context: Context, message: Message) -> None:
        raise Failing

    ref = engine.spawn(ignore)
    engine.context(ref).watch_fd(pair[0].fileno(), handler=raise_it)
    pair[1].send(b"x")
    engine.run_until_idle()
    assert not ref.is_alive()
    assert len(logged.errors()) == 1


def test_outside_actors(engine: Engine, pair: tuple[socket.socket, socket.socket]) -> None:
    seen: list[Any] = []

    def ready(fd: int, events: Events) -> None:
        seen.append((fd, events, pair[0].recv(1)))

    watch = engine.watch_fd(pair[0].fileno(), Events.READABLE, ready)
    pair[1].send(b"ab")
    for _ in range(2):
        engine.run_until_idle()
    assert seen == [
        (pair[0].fileno(), Events.READABLE, b"a"),
        (pair[0].fileno(), Events.READABLE, b"b"),
    ]
    watch.cancel()
    watch.cancel()
    pair[1].send(b"c")
    engine.run_until_idle()
    assert len(seen) == 2
    assert not watches


def test_outside_actors_all_may_be_done_but_run(
    engine: Engine, pair: tuple[socket.socket, socket.socket]
) -> None:
    seen: list[Any] = []

    def ready(fd: int, events: Events) -> None:
        pair[0].recv(100)
        ref = engine.spawn(lambda context, message: seen.append(message.payload))
        ref.tell(b"spawned")
        with pytest.raises(backstage.InCallback):
            engine.run_until_idle()
        with pytest.raises(backstage.InCallback):
            engine.close()
        with pytest.raises(backstage.InCallback):
            ref.ask(b"")
        engine.advance(1.0)
        watch.cancel()

    watch = engine.watch_fd(pair[0].fileno(), Events.READABLE, ready)
    pair[1].send(b"x")
    engine.run_until_idle()
    assert seen == [b"spawned"]
    assert engine.now() == 1.0


def test_what_a_callback_raises_is_logged_and_it_goes_on(
    engine: Engine, logged: Any, pair: tuple[socket.socket, socket.socket]
) -> None:
    def ready(fd: int, events: Events) -> None:
        if pair[0].recv(1) == b"f":
            raise Failing
        seen.append(True)

    seen: list[bool] = []
    watch = engine.watch_fd(pair[0].fileno(), Events.READABLE, ready)
    pair[1].send(b"fx")
    for _ in range(2):
        engine.run_until_idle()
    assert seen == [True]
    assert [type(error) for error in logged.errors()] == [Failing]
    watch.cancel()


def test_an_exit_in_a_callback_leaves_the_run(
    engine: Engine, pair: tuple[socket.socket, socket.socket]
) -> None:
    def ready(fd: int, events: Events) -> None:
        pair[0].recv(1)
        raise SystemExit(2)

    watch = engine.watch_fd(pair[0].fileno(), Events.READABLE, ready)
    pair[1].send(b"x")
    with pytest.raises(SystemExit):
        engine.run()
    assert engine.run_until_idle()
    watch.cancel()


def test_a_closed_engine_forgets_its_watches(
    engine: Engine, pair: tuple[socket.socket, socket.socket]
) -> None:
    watch = engine.watch_fd(pair[0].fileno(), Events.READABLE, print)
    assert watches
    engine.close()
    assert not watches
    watch.cancel()


def test_a_run_sleeps_until_a_descriptor_is_ready(
    engine: Engine, pair: tuple[socket.socket, socket.socket]
) -> None:
    notes: list[Any] = []
    engine.spawn(Reader, pair[0], notes)
    engine.run_until_idle()
    pair[1].send(b"x")
    assert engine.run_once()
    if not notes:
        engine.run_until_idle()
    assert [text for _, text in notes] == [b"x"]


def test_a_pipe_s_two_ends(engine: Engine) -> None:
    reader, writer = os.pipe()
    try:
        seen: list[bytes] = []
        context = engine.context(engine.spawn(ignore))
        watcher = context.watch_fd(
            reader, handler=lambda own, message: seen.append(os.read(reader, 10))
        )
        os.write(writer, b"through")
        engine.run_until_idle()
        assert seen == [b"through"]
        watcher.cancel()
    finally:
        os.close(reader)
        os.close(writer)
