"""Actors that watch signals of the process."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import backstage
from backstage import Context, Engine, Message, MessageType, SignalEvent

from .support import Failing, Handler, ignore


@pytest.fixture(autouse=True)
def ignored() -> Iterator[None]:
    """What comes while nobody watches is nobody's concern."""
    former = signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    yield
    assert signal.getsignal(signal.SIGUSR1) is signal.SIG_IGN
    signal.signal(signal.SIGUSR1, former)


def send() -> None:
    os.kill(os.getpid(), signal.SIGUSR1)


def test_it_is_told_of_the_signal(engine: Engine) -> None:
    seen: list[Any] = []
    ref = engine.spawn(
        lambda context, message: seen.append((message.type, message.token, message.event))
    )
    watcher = engine.context(ref).watch_signal(signal.SIGUSR1)
    send()
    engine.run_until_idle()
    event = SignalEvent(signal.SIGUSR1, 1)
    assert seen == [(MessageType.SIGNAL, watcher.token, event)]
    for _ in range(3):
        send()
    engine.run_until_idle()
    assert seen[1][2].signal == signal.SIGUSR1
    assert seen[1][2].count >= 1
    watcher.cancel()


def test_a_handler_takes_it(engine: Engine) -> None:
    seen: list[int] = []
    context = engine.context(engine.spawn(ignore))
    watcher = context.watch_signal(
        signal.SIGUSR1, lambda own, message: seen.append(message.event.count)
    )
    send()
    engine.run_until_idle()
    assert seen == [1]
    watcher.cancel()
    with pytest.raises(backstage.NotFound):
        watcher.cancel()
    assert not context._cell.handlers
    send()
    engine.run_until_idle()
    assert seen == [1]


def test_all_who_watch_are_told(make_engine: Callable[..., Engine]) -> None:
    seen: list[str] = []
    one, other = make_engine(), make_engine()

    def note(name: str) -> Handler:
        return lambda context, message: seen.append(name)

    for name, engine in (("one", one), ("other", other), ("too", one)):
        context = engine.context(engine.spawn(ignore))
        context.watch_signal(signal.SIGUSR1, note(name))
    send()
    one.run_until_idle()
    other.run_until_idle()
    assert sorted(seen) == ["one", "other", "too"]


def test_it_ends_with_its_actor_and_the_disposition_is_as_before(engine: Engine) -> None:
    ref = engine.spawn(ignore)
    engine.context(ref).watch_signal(signal.SIGUSR1)
    ref.stop()
    engine.run_until_idle()
    send()
    engine.run_until_idle()
    assert engine.statistics().events == 0


def test_python_s_own_handler_is_back_when_nobody_watches(engine: Engine) -> None:
    seen: list[int] = []
    former = signal.signal(signal.SIGUSR2, lambda number, frame: seen.append(number))
    try:
        watcher = engine.context(engine.spawn(ignore)).watch_signal(signal.SIGUSR2)
        os.kill(os.getpid(), signal.SIGUSR2)
        engine.run_until_idle()
        assert engine.statistics().events == 1
        assert seen == []
        watcher.cancel()
        os.kill(os.getpid(), signal.SIGUSR2)
        engine.run_until_idle()
        assert seen == [signal.SIGUSR2]
    finally:
        signal.signal(signal.SIGUSR2, former)


def test_a_handler_that_fails(engine: Engine, logged: Any) -> None:
    def raise_it(context: Context, message: Message) -> None:
        raise Failing

    ref = engine.spawn(ignore)
    engine.context(ref).watch_signal(signal.SIGUSR1, raise_it)
    send()
    engine.run_until_idle()
    assert not ref.is_alive()
    assert len(logged.errors()) == 1
