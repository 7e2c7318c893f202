"""Nothing is left of what has ended: memory, objects, descriptors and tables are the same after
each round, whatever it did."""

from __future__ import annotations

import gc
import logging
import os
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import backstage
from backstage import (
    Actor,
    BackstageError,
    Batch,
    Clock,
    Context,
    DeadLetter,
    Engine,
    Events,
    Message,
    MessageType,
    Overflow,
    Supervision,
    _watch,
    codecs,
)

PAGES_MAX = 64  # of 4 KiB, that the allocators of C and Python may take more by chance
TRACED_MAX = 16384  # bytes: caches of the interpreter's own fill up slowly
ROUNDS = 5

Round = Callable[[Engine, int], None]


def resident() -> int:
    """The pages of memory in use."""
    return int(Path("/proc/self/statm").read_text().split()[1])


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def tables() -> tuple[int, ...]:
    """How much is in the package's own tables."""
    core = backstage._core
    return (
        len(core.cells), len(core.engines), len(core.watches), len(codecs._travelling),
        len(backstage._lifetimes._orphans),
    )  # fmt: skip


def state() -> tuple[int, ...]:
    gc.collect()
    return (len(gc.get_objects()), descriptors(), *tables())


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


def check_rounds(play: Callable[[int], None], count: int) -> None:
    """Plays rounds. The first two may fill what is kept for later."""
    for _ in range(2):
        play(count)
    # The allocator may take a while to find its size; a leak grows every time.
    for _ in range(3):
        before, pages = state(), resident()
        for _ in range(ROUNDS):
            play(count)
        after, grown = state(), resident() - pages
        assert after[0] <= before[0]
        assert after[1:] == before[1:]
        if grown <= PAGES_MAX:
            break
    assert grown <= PAGES_MAX
    tracemalloc.start()
    try:
        some = min(count, 500)
        play(some)
        gc.collect()
        traced, _ = tracemalloc.get_traced_memory()
        for _ in range(ROUNDS):
            play(some)
            gc.collect()
        assert tracemalloc.get_traced_memory()[0] <= traced + TRACED_MAX
    finally:
        tracemalloc.stop()


class Plain(Actor):
    """Answers."""

    def receive(self, context: Context, message: Message) -> object:
        return message.payload

    def method(self, value: object) -> object:
        return value


class Referring(Plain):
    codec = codecs.Reference


class Parent(Plain):
    """Has children, which fail and start again."""

    supervision = Supervision(restarts_max=4000)

    def receive(self, context: Context, message: Message) -> object:
        for _ in range(10):
            context.spawn_child(fails).tell(b"")
        return None


class Asking(Actor):
    """Asks in every way."""

    def receive(self, context: Context, message: Message) -> None:
        if message.type is not MessageType.SEND:
            return
        echo = context.engine.find("echo")
        context.request(echo, b"", then=lambda context, message: None)
        context.request(echo, b"", timeout=1.0)
        context.cancel_request(context.request(echo, b""))


class Timing(Actor):
    """Has timers of every kind, and leaves some."""

    def init(self, context: Context) -> None:
        context.after(0.0, lambda context, message: None)
        context.after(100.0, lambda context, message: None)
        context.every(100.0, lambda context, message: None, first=0.0)
        context.after(100.0).cancel()
        context.receive_timeout(100.0)

    def receive(self, context: Context, message: Message) -> None:
        pass


def ignore(context: Context, message: Message) -> None:
    pass


def fails(context: Context, message: Message) -> None:
    raise ValueError(message.payload)


def looks(context: Context, message: Message) -> None:
    view = message.view()
    with view[1:5] as part:
        assert bytes(part) == b"aaaa"


async def waits(context: Context, message: Message) -> bytes:
    await context.sleep(0.0)
    answer: bytes = await context.engine.find("echo").ask(message.payload)
    return answer


async def never(context: Context, message: Message) -> None:
    await context.engine.find("silent").ask(b"")


# ---- What the rounds do, of so many


def actors(engine: Engine, count: int) -> None:
    for _ in range(count // 100):
        refs = [engine.spawn(Plain) for _ in range(100)]
        for ref in refs:
            ref.tell(b"")
        for ref in refs:
            ref.stop()
        engine.run_until_idle()


def asks(engine: Engine, count: int) -> None:
    echo = engine.find("echo")
    for _ in range(count):
        echo.ask(b"", block=False)
    engine.run_until_idle()
    for _ in range(count // 10):
        assert echo.ask(b"x") == b"x"


def asks_in_vain(engine: Engine, count: int) -> None:
    silent = engine.find("silent")
    for _ in range(count):
        silent.ask(b"", 0.001, block=False)
    engine.run_until_idle()
    engine.advance(1.0)
    engine.run_until_idle()
    futures = [silent.ask(b"", block=False) for _ in range(count)]
    engine.run_until_idle()
    for future in futures:
        future.cancel()
    ended = engine.spawn(ignore)
    futures = [ended.ask(b"", block=False) for _ in range(100)]
    ended.stop()
    engine.run_until_idle()
    assert isinstance(futures[-1].exception(), BackstageError)


def requests(engine: Engine, count: int) -> None:
    asking = engine.spawn(Asking)
    for _ in range(count):
        asking.tell(b"")
        engine.run_until_idle()
    asking.stop()
    engine.run_until_idle()


def timers(engine: Engine, count: int) -> None:
    refs = [engine.spawn(Timing) for _ in range(count)]
    engine.run_until_idle()
    engine.advance(1.0)
    engine.run_until_idle()
    for ref in refs:
        ref.stop()
    engine.run_until_idle()


def watchers(engine: Engine, count: int) -> None:
    reader, writer = os.pipe()
    try:
        for _ in range(count):
            watch = engine.watch_fd(reader, Events.READABLE, lambda fd, events: os.read(fd, 1))
            os.write(writer, b"x")
            engine.run_no_wait()
            watch.cancel()
            context = engine.context(engine.find("echo"))
            context.watch_fd(reader, Events.READABLE, lambda context, message: None).cancel()
    finally:
        os.close(reader)
        os.close(writer)


def views(engine: Engine, count: int) -> None:
    ref = engine.spawn(looks)
    for size in range(count):
        ref.tell(b"a" * (40 + size % 5000))
        if size % 100 == 0:
            engine.run_until_idle()
    engine.run_until_idle()
    kept: list[memoryview] = []
    keeps = engine.spawn(lambda context, message: kept.append(message.view()[:5]))
    for size in range(count):
        keeps.tell(b"a" * (40 + size % 500))
        if size % 100 == 0:
            engine.run_until_idle()
            kept.clear()
    ref.stop()
    keeps.stop()
    engine.run_until_idle()


def proxies(engine: Engine, count: int) -> None:
    proxy = engine.find("echo").proxy()
    for number in range(count):
        proxy.method([number])
        proxy.kind  # noqa: B018
        proxy.other = object()
        if number % 100 == 0:
            engine.run_until_idle()
    engine.run_until_idle()
    for _ in range(count // 10):
        assert proxy.method(1).get() == 1


def by_reference(engine: Engine, count: int) -> None:
    ref = engine.find("referring")
    for number in range(count):
        ref.tell(["told", number])
        ref.ask({"asked": number}, block=False)
        if number % 100 == 0:
            ref.tell_many([object()] * 10)
            engine.run_until_idle()
    engine.run_until_idle()
    ended = engine.spawn(Referring, capacity=10, overflow=Overflow.DROP_OLDEST)
    for number in range(100):
        ended.tell([number])
    ended.stop()
    engine.run_until_idle()


def coroutines(engine: Engine, count: int) -> None:
    for _ in range(count // 10):
        refs = [engine.spawn(waits) for _ in range(10)] + [engine.spawn(never)]
        for ref in refs:
            ref.tell(b"")
        engine.run_until_idle()
        engine.advance(0.1)
        engine.run_until_idle()
        for ref in refs:
            ref.stop()
        engine.run_until_idle()


def failures(engine: Engine, count: int) -> None:
    for _ in range(count // 10):
        parent = engine.spawn(Parent)
        parent.tell(b"")
        engine.run_until_idle()
        parent.stop()
        engine.run_until_idle()


def batches(engine: Engine, count: int) -> None:
    class Gathering(Actor):
        def receive_batch(self, context: Context, messages: Batch) -> None:
            _ = [message.sender for message in messages], messages.payloads, messages.senders

    ref = engine.spawn(Gathering)
    for _ in range(count // 100):
        ref.tell_many([b"short", b"long" * 50] * 50)
        engine.run_until_idle()
    ref.stop()
    engine.run_until_idle()


def subscriptions(engine: Engine, count: int) -> None:
    class Subscriber(Plain):
        def init(self, context: Context) -> None:
            context.subscribe("echo")
            context.subscribe("echo", "topic.*")
            context.monitor("silent")

    publisher = engine.find("echo")
    for _ in range(count // 100):
        refs = [engine.spawn(Subscriber) for _ in range(10)]
        engine.run_until_idle()
        for _ in range(10):
            engine.publish(publisher, b"")
            engine.publish(publisher, b"x" * 100, "topic.one")
        engine.run_until_idle()
        for ref in refs:
            ref.stop()
        engine.run_until_idle()


def threads(engine: Engine, count: int) -> None:
    echo = engine.find("echo")
    engine.start()
    for _ in range(count // 10):
        echo.tell(b"")
        assert echo.ask(b"x") == b"x"
        engine.tell("nobody", b"")
    engine.stop()
    engine.join()


ROUNDS_OF: dict[Round, int] = {
    actors: 5000,
    asks: 2000,
    asks_in_vain: 1000,
    requests: 500,
    timers: 500,
    watchers: 500,
    views: 2000,
    proxies: 500,
    by_reference: 2000,
    coroutines: 500,
    failures: 200,
    batches: 5000,
    subscriptions: 2000,
    threads: 500,
}


@pytest.mark.parametrize("play", ROUNDS_OF, ids=lambda play: play.__name__)
def test_rounds_of(play: Round) -> None:
    letters: list[DeadLetter] = []

    def note(letter: DeadLetter) -> None:
        letters[:] = [letter]

    engine = Engine(clock=Clock.VIRTUAL, dead_letter=note)
    engine.spawn(Plain, id="echo")
    engine.spawn(ignore, id="silent", overflow=Overflow.DROP_OLDEST)
    engine.spawn(Referring, id="referring")

    def play_one(count: int) -> None:
        play(engine, count)
        letters.clear()

    check_rounds(play_one, ROUNDS_OF[play])
    assert engine.statistics().actors == 3
    counts = engine.statistics()
    assert counts.accepted == counts.handled + counts.dead
    engine.close()
    assert tables() == (0, 0, 0, 0, 0)
    assert not backstage._core.watches
    assert vars(_watch)["watches"] is backstage._core.watches


def live(count: int) -> None:
    """So many engines, each with a little of everything."""
    for number in range(count):
        with Engine(seed=number) as engine:
            ref = engine.spawn(Plain, id="echo")
            assert ref.ask(b"") == b""
            ref.tell(bytes(100))
            engine.spawn(Timing)
            engine.spawn(never)
            engine.run_until_idle()


def test_lifetimes_of_engines() -> None:
    check_rounds(live, 10_000 // (ROUNDS + 2))


def test_engines_that_are_forgotten() -> None:
    def forget(count: int) -> None:
        for number in range(count):
            engine = Engine()
            engine.spawn(Plain, id="echo").tell(b"")
            if number % 2:
                engine.itself = engine  # type: ignore[attr-defined]
            with pytest.warns(ResourceWarning):  # noqa: PT031
                del engine
                gc.collect()

    check_rounds(forget, 20)


def test_engines_on_threads_of_their_own() -> None:
    def start(count: int) -> None:
        for _ in range(count):
            with Engine() as engine:
                ref = engine.spawn(Plain)
                engine.start()
                assert ref.ask(b"x") == b"x"

    check_rounds(start, 200)
