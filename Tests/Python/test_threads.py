"""Other threads: they tell, ask, publish and stop, while the engine runs on its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import backstage
from backstage import (
    Actor,
    Batch,
    Context,
    DeadLetter,
    DeadReason,
    Engine,
    Message,
    MessageType,
)

from .support import (
    SECONDS_MAX,
    BatchKeeper,
    Keeper,
    elsewhere,
    ignore,
    spawn_on,
)


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

    ref = spawn_on(started, receive)

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
