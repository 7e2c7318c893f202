"""Other threads: they tell, ask, publish and stop, while the engine runs on its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import backstage
from backstage import (
    Actor,
    Batch,
    Clock,
    Context,
    DeadLetter,
    DeadReason,
    Engine,
    Message,
    MessageType,
    Ref,
    codecs,
)

from .support import SECONDS_MAX, BatchKeeper, Failing, Keeper, fail, ignore, tell_all


def echo(context: Context, message: Message) -> Any:
    return message.payload


def elsewhere(action: Callable[[], Any]) -> Any:
    """What an action gives, or raises, on another thread, while this one waits."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(action).result(SECONDS_MAX)


@pytest.fixture
def started(make_engine: Callable[..., Engine]) -> Iterator[Engine]:
    """An engine that runs on a thread of its own."""
    engine = make_engine(clock=Clock.MONOTONIC)
    engine.start()
    yield engine
    if not engine.closed:
        engine.stop()
        assert engine.join(SECONDS_MAX)


def tell_three(engine: Engine, payload: bytes) -> None:
    for _ in range(3):
        engine.tell("actor", payload)


SIZES = [0, 1, 16, 31, 32, 33, 5000]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("keeper", [Keeper, BatchKeeper])
def test_payloads_arrive_as_they_were_on_every_way(
    engine: Engine, size: int, keeper: type[Actor]
) -> None:
    kept: list[Any] = []
    ref = engine.spawn(keeper, kept, id="keeper", kind="keepers")
    engine.context(ref).subscribe("news")
    engine.context(ref).subscribe("news", "a.b")
    news = engine.spawn(ignore, id="news")
    payloads = [bytes([number + 1]) * size for number in range(7)]

    def tell() -> None:
        ref.tell(payloads[0])
        engine.tell(ref, payloads[1])
        engine.tell("keeper", payloads[2])
        ref.tell_many([payloads[3]])
        engine.broadcast("keepers", payloads[4])
        engine.publish(news, payloads[5])
        engine.publish(news, payloads[6], "a.b")

    elsewhere(tell)
    engine.run_until_idle()
    found = kept if keeper is Keeper else [payload for batch in kept for payload in batch]
    assert found == payloads


@pytest.mark.parametrize("size", SIZES)
def test_what_is_in_a_message_from_elsewhere(engine: Engine, size: int) -> None:
    seen: list[Any] = []

    def receive(context: Context, message: Message) -> None:
        seen.append((message.type, bytes(message.view()), message.payload, message.size))

    engine.spawn(receive, id="actor")
    elsewhere(lambda: tell_three(engine, b"x" * size))
    engine.run_until_idle()
    assert seen == [(MessageType.SEND, b"x" * size, b"x" * size, size)] * 3


def test_batches_from_elsewhere_can_be_unpacked(engine: Engine) -> None:
    seen: list[Any] = []

    class Unpacks(Actor):
        def receive_batch(self, context: Context, messages: Batch) -> None:
            seen.extend(messages.unpack("<HH"))

    ref = engine.spawn(Unpacks, id="actor")

    def tell() -> None:
        engine.tell("actor", b"\1\0\2\0")
        ref.tell(b"\3\0\4\0")
        engine.tell("actor", b"\5\0\6\0")

    elsewhere(tell)
    engine.run_until_idle()
    assert seen == [(1, 2), (3, 4), (5, 6)]


def test_dead_letters_from_elsewhere(engine: Engine, letters: list[DeadLetter]) -> None:
    ended = engine.spawn(ignore)
    ended.stop()
    engine.run_until_idle()

    def tell() -> None:
        ended.tell(b"ended")
        engine.tell("nobody", b"nobody")
        engine.tell("nobody", b"long" * 100)

    elsewhere(tell)
    engine.run_until_idle()
    assert [(letter.payload, letter.reason) for letter in letters] == [
        (b"ended", DeadReason.NOT_FOUND),
        (b"nobody", DeadReason.NOT_FOUND),
        (b"long" * 100, DeadReason.NOT_FOUND),
    ]


def test_a_queue_that_is_full(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(remote_capacity=4)
    kept: list[bytes] = []
    ref = engine.spawn(Keeper, kept)

    def fill() -> tuple[int, int]:
        sent = 0
        try:
            while True:
                ref.tell(b"%d" % sent)
                sent += 1
        except backstage.QueueFull:
            pass
        for use in (
            lambda: engine.tell("x", b""),
            lambda: engine.publish(ref, b""),
            lambda: engine.broadcast("x", b""),
            lambda: ref.ask(b"", block=False),
            ref.stop,
            ref.poison,
            lambda: ref.drain(0.0),
        ):
            with pytest.raises(backstage.QueueFull):
                use()
        with pytest.raises(backstage.QueueFull) as full:
            ref.tell_many([b"", b""])
        return sent, full.value.accepted

    sent, accepted = elsewhere(fill)
    assert accepted == 0
    engine.run_until_idle()
    assert kept == [b"%d" % number for number in range(sent)]
    assert ref.is_alive(), "what was refused was done nevertheless"
    assert elsewhere(lambda: ref.tell(b"again")) is None
    engine.run_until_idle()
    assert kept[-1] == b"again"


def test_a_full_inbox_holds_up_who_sends_from_elsewhere(engine: Engine) -> None:
    kept: list[bytes] = []
    ref = engine.spawn(Keeper, kept, capacity=2)
    payloads = [b"%d" % number for number in range(50)]
    elsewhere(lambda: ref.tell_many(payloads))
    engine.run_until_idle()
    assert kept == payloads


def test_many_threads_at_once(started: Engine) -> None:
    count, each = 8, 2000
    done = threading.Event()
    sums = [0] * count

    def receive(context: Context, message: Message) -> None:
        thread, number = divmod(int.from_bytes(message.payload, "little"), each)
        assert sums[thread] == number  # in the order sent
        sums[thread] += 1
        if sum(sums) == count * each:
            done.set()

    ref = started.spawn(receive) if started._core.is_here else spawn_on(started, receive)

    def send(thread: int) -> None:
        for number in range(each):
            while True:
                try:
                    ref.tell((thread * each + number).to_bytes(4, "little"))
                    break
                except backstage.QueueFull:
                    pass

    with ThreadPoolExecutor(count) as pool:
        list(pool.map(send, range(count)))
    assert done.wait(SECONDS_MAX)
    assert sums == [each] * count


def spawn_on(engine: Engine, *arguments: Any, **options: Any) -> Ref:
    """Spawns an actor in an engine that another thread runs."""
    engine.stop()
    assert engine.join(SECONDS_MAX)
    ref = engine.spawn(*arguments, **options)
    engine.start()
    return ref


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


@pytest.mark.parametrize("end", [Ref.stop, Ref.poison, Ref.drain])
def test_actors_are_ended_from_elsewhere(engine: Engine, end: Callable[[Ref], None]) -> None:
    ref = engine.spawn(ignore)
    elsewhere(lambda: end(ref))
    assert ref.is_alive()
    engine.run_until_idle()
    assert not ref.is_alive()


def test_who_has_ended_is_stopped_in_vain_from_elsewhere(engine: Engine, logged: Any) -> None:
    ref = engine.spawn(ignore)
    ref.stop()
    engine.run_until_idle()
    elsewhere(ref.stop)
    engine.run_until_idle()
    for record in logged.take():
        assert record.levelname == "WARNING"


def test_stop_from_elsewhere(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(clock=Clock.MONOTONIC)
    timer = threading.Timer(0.0, engine.stop)
    timer.start()
    assert engine.run() is True
    timer.join()


def test_start_and_join(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(clock=Clock.MONOTONIC)
    server = engine.spawn(echo)
    for _ in range(3):
        engine.start()
        with pytest.raises(backstage.InCallback):
            engine.start()
        with pytest.raises((backstage.WrongThread, backstage.InCallback)):
            engine.run()
        assert server.ask(b"x") == b"x"
        assert engine.join(0) is False
        engine.stop()
        assert engine.join(SECONDS_MAX) is True
        assert engine.join() is True
        assert server.ask(b"y") == b"y"


def test_a_close_stops_and_joins(make_engine: Callable[..., Engine]) -> None:
    engine = make_engine(clock=Clock.MONOTONIC)
    ended: list[str] = []

    class Ends(Actor):
        def receive(self, context: Context, message: Message) -> None: ...

        def deinit(self, context: Context, reason: backstage.Reason) -> None:
            ended.append(reason.name)

    engine.spawn(Ends)
    with engine:
        engine.start()
    assert ended == ["ENGINE_ENDED"]


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt()])
def test_what_ends_the_run_there_is_raised_by_join(
    make_engine: Callable[..., Engine], error: BaseException
) -> None:
    def leave(context: Context, message: Message) -> None:
        raise error

    engine = make_engine(clock=Clock.MONOTONIC)
    ref = engine.spawn(leave)
    engine.start()
    ref.tell(b"")
    with pytest.raises(type(error)):
        engine.join(SECONDS_MAX)
    assert engine.run_until_idle()


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


def test_after_a_drain_other_threads_are_served_again(engine: Engine) -> None:
    engine.drain()
    assert engine.run()
    server = engine.spawn(echo)
    future = elsewhere(lambda: server.ask(b"x", block=False))
    engine.run_until_idle()
    assert future.get() == b"x"
    elsewhere(server.stop)
    engine.run_until_idle()
    assert not server.is_alive()


def test_what_only_the_engine_s_thread_may_do(engine: Engine) -> None:
    ref = engine.spawn(ignore, id="x")
    context = engine.context(ref)
    timer = context.after(1.0, ignore)
    watch = engine.watch_fd(0, backstage.Events.WRITABLE, print)
    uses: list[Callable[[], Any]] = [
        engine.run,
        engine.run_until_idle,
        lambda: engine.spawn(ignore),
        lambda: engine.find("x"),
        engine.actors,
        engine.statistics,
        lambda: engine.actor_statistics(ref),
        lambda: engine.advance(1.0),
        lambda: engine.watch_fd(0, backstage.Events.READABLE, print),
        lambda: engine.load("x.so"),
        ref.is_alive,
        lambda: ref.id,
        timer.cancel,
        watch.cancel,
        lambda: context.after(1.0),
        lambda: context.publish(b""),
        lambda: context.subscribe("x"),
        lambda: context.monitor("x"),
        lambda: context.request(ref, b""),
        lambda: context.spawn(ignore),
        lambda: context.become(ignore),
        lambda: context.tell("x", b""),
        context.shutdown,
        context.unstash,
        engine.close,
    ]

    def misuse() -> None:
        for use in uses:
            with pytest.raises(backstage.WrongThread):
                use()

    elsewhere(misuse)
    assert list(context._cell.handlers) == [timer.token]
    watch.cancel()
    timer.cancel()
    engine.run_until_idle()
    assert engine.statistics().accepted == 0


def test_misuse_from_elsewhere_harms_no_callback(engine: Engine) -> None:
    kept: list[bytes] = []
    keeper = engine.spawn(Keeper, kept)

    def tell(context: Context, message: Message) -> None:
        for number in range(6):
            keeper.tell(b"%d" % number)

        def misuse() -> None:
            for use in (
                lambda: engine.spawn(ignore),
                lambda: context.spawn_child(ignore),
                lambda: context.publish(b""),
                lambda: context.broadcast("x", b""),
                lambda: message.reply_handle().reply(b""),
                lambda: message.forward(keeper),
                message.stash,
                context.unstash,
            ):
                with pytest.raises(backstage.BackstageError):
                    use()

        elsewhere(misuse)
        for number in range(6, 9):
            keeper.tell(b"%d" % number)

    ref = engine.spawn(tell)
    ref.ask(b"", block=False)
    ref.tell(b"")
    engine.run_until_idle()
    assert kept == [b"%d" % number for number in range(9)] * 2


def test_an_engine_moves_from_thread_to_thread(engine: Engine) -> None:
    kept: list[bytes] = []
    keeper = engine.spawn(Keeper, kept)
    relay = engine.spawn(lambda context, message: tell_all(keeper, [message.payload] * 2))

    def run() -> None:
        engine.adopt()
        relay.tell(b"there")
        engine.run_until_idle()

    for _ in range(3):
        elsewhere(run)
        engine.adopt()
        relay.tell(b"here")
        engine.run_until_idle()
    assert kept == [b"there", b"there", b"here", b"here"] * 3


def test_refs_used_on_both_threads_at_once(started: Engine) -> None:
    """The engine's thread sets sends aside for the very ref that another thread uses."""
    total = 3000
    counts = {b"a": 0, b"b": 0}
    done = threading.Event()

    def count(context: Context, message: Message) -> None:
        counts[message.payload] += 1
        if counts == {b"a": total, b"b": total}:
            done.set()

    def tell(context: Context, message: Message) -> None:
        for _ in range(10):
            target.tell(b"a")

    target = spawn_on(started, count, capacity=100_000)
    teller = spawn_on(started, tell, capacity=100_000)
    for number in range(total):
        if number % 10 == 0:
            while True:
                try:
                    teller.tell(b"")
                    break
                except backstage.QueueFull:
                    pass
        while True:
            try:
                target.tell(b"b")
                break
            except backstage.QueueFull:
                pass
    assert done.wait(SECONDS_MAX)
