"""Asking from other threads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import backstage
from backstage import (
    Actor,
    Clock,
    Context,
    Engine,
    Message,
    MessageType,
    codecs,
)

from .support import (
    SECONDS_MAX,
    Failing,
    echo,
    fail,
    ignore,
    spawn_on,
)


def test_asks_from_elsewhere_wait(started: Engine) -> None:
    server = spawn_on(started, echo)
    assert server.ask(b"here") == b"here"
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: server.ask(b"%d" % number), range(200)))
    assert answers == [b"%d" % number for number in range(200)]
    assert server.using(codecs.JSON).ask([1], timeout=SECONDS_MAX) == [1]


def test_what_went_wrong_elsewhere(started: Engine, logged: Any) -> None:
    sick = spawn_on(started, fail)
    with pytest.raises(backstage.Stopped) as error:
        sick.ask(b"why")
    assert isinstance(error.value.__cause__, Failing)
    with pytest.raises((backstage.NotFound, backstage.Ending)):
        sick.ask(b"again")
    silent = spawn_on(started, ignore)
    for timeout in (0, 0.001):
        with pytest.raises(backstage.Timeout):
            silent.ask(b"", timeout)
    for timeout in (-1, float("nan")):
        for block in (True, False):
            with pytest.raises(backstage.InvalidArgument):
                silent.ask(b"", timeout, block=block)
    assert len(logged.errors()) == 1


def test_futures_from_elsewhere(started: Engine) -> None:
    server = spawn_on(started, echo)
    called = threading.Event()
    futures = [server.ask(b"%d" % number, block=False) for number in range(20)]
    futures[-1].add_done_callback(lambda future: called.set())
    assert [future.get(SECONDS_MAX) for future in futures] == [b"%d" % n for n in range(20)]
    assert called.wait(SECONDS_MAX)
    silent = spawn_on(started, ignore)
    future = silent.ask(b"", block=False)
    assert future.cancel()
    with pytest.raises(backstage.Cancelled):
        future.get()


def test_many_may_wait_for_one_future(started: Engine) -> None:
    handles: list[Any] = []
    ready = threading.Event()

    def receive(context: Context, message: Message) -> None:
        if message.type is MessageType.REQUEST:
            handles.append(message.reply_handle())
            ready.set()
        else:
            handles[0].reply(b"reply")

    slow = spawn_on(started, receive)
    future = slow.ask(b"", block=False)
    assert ready.wait(SECONDS_MAX)
    with ThreadPoolExecutor(8) as pool:
        waits = [pool.submit(future.get, SECONDS_MAX) for _ in range(8)]
        slow.tell(b"go")
        assert [wait.result() for wait in waits] == [b"reply"] * 8


def test_proxies_from_elsewhere(started: Engine) -> None:
    class Counter(Actor):
        def __init__(self) -> None:
            self.count = 0

        def receive(self, context: Context, message: Message) -> None: ...

        def add(self, number: int) -> int:
            self.count += number
            return self.count

    ref = spawn_on(started, Counter)
    proxy = ref.proxy()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: proxy.add(number).get(), range(100)))
    assert proxy.count.get() == sum(range(100))
    proxy.count = 5
    assert proxy.add(1).get() == 6


def test_who_waits_for_an_answer_hears_that_the_run_has_failed(
    make_engine: Callable[..., Engine],
) -> None:
    def leave(context: Context, message: Message) -> None:
        raise SystemExit(3)

    engine = make_engine(clock=Clock.MONOTONIC)
    ref = engine.spawn(leave)
    silent = engine.spawn(ignore)
    engine.start()
    future = silent.ask(b"", block=False)
    with pytest.raises(backstage.Stopped):
        ref.ask(b"")
    with pytest.raises(backstage.Stopped):
        future.get(SECONDS_MAX)
    with pytest.raises(SystemExit):
        engine.close()
    assert engine.closed


def test_who_waits_for_an_answer_hears_that_the_engine_is_closed(
    make_engine: Callable[..., Engine],
) -> None:
    engine = make_engine(clock=Clock.MONOTONIC)
    asked = threading.Event()
    silent = engine.spawn(lambda context, message: asked.set())
    engine.start()
    errors: list[Exception] = []

    def ask() -> None:
        try:
            silent.ask(b"")
        except Exception as error:
            errors.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    assert asked.wait(SECONDS_MAX)
    engine.close()
    thread.join(SECONDS_MAX)
    assert not thread.is_alive()
    assert isinstance(errors[0], (backstage.Stopped, backstage.Ending, backstage.Closed))
