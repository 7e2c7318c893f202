"""Payloads looked at without a copy: what still looks into one when its callback is over keeps it, and
nothing else does."""

from __future__ import annotations

import gc
import pickle
import struct
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from backstage import Actor, Batch, Clock, Context, Engine, Message, codecs

SIZE = 4096
PAYLOAD = bytes(number * 7 % 251 for number in range(SIZE))

#: What a callback keeps of a view, how that is read later, and what it is then.
KEPT: dict[str, tuple[Callable[[memoryview], Any], Callable[[Any], bytes], bytes]] = {
    "a slice": (lambda view: view[10:-10], bytes, PAYLOAD[10:-10]),
    "a slice of a slice": (lambda view: view[5:][5:-5][:-5], bytes, PAYLOAD[10:-10]),
    "another view": (memoryview, bytes, PAYLOAD),
    "a cast": (lambda view: view.cast("I"), lambda kept: kept.tobytes(), PAYLOAD),
    "a cast to two dimensions": (
        lambda view: view.cast("B", (64, 64)),
        lambda kept: kept.tobytes(),
        PAYLOAD,
    ),
    "backwards": (lambda view: view[::-1], lambda kept: kept.tobytes(), PAYLOAD[::-1]),
    "a read-only view": (lambda view: view.toreadonly(), bytes, PAYLOAD),
    "an exporter": (pickle.PickleBuffer, lambda kept: kept.raw().tobytes(), PAYLOAD),
    "an exporter of a slice": (
        lambda view: pickle.PickleBuffer(view[10:]),
        lambda kept: kept.raw().tobytes(),
        PAYLOAD[10:],
    ),
    "several": (
        lambda view: [view[:100], view.cast("H"), pickle.PickleBuffer(view)],
        lambda kept: bytes(kept[0]) + kept[1].tobytes() + kept[2].raw().tobytes(),
        PAYLOAD[:100] + PAYLOAD * 2,
    ),
}


def overwrite(engine: Engine) -> None:
    """Uses and frees as much memory of the size as the engine may have in its pools."""
    ref = engine.spawn(lambda context, message: None)
    for byte in range(8):
        for size in (SIZE - 64, SIZE, SIZE + 64):
            ref.tell_many([bytes([byte]) * size] * 50)
        engine.run_until_idle()
    ref.stop()
    engine.run_until_idle()


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine(clock=Clock.VIRTUAL) as engine:
        yield engine


@pytest.mark.parametrize("how", KEPT)
def test_what_is_kept_stays_as_it_was(engine: Engine, how: str) -> None:
    keep, read, expected = KEPT[how]
    kept: list[Any] = []
    ref = engine.spawn(lambda context, message: kept.append(keep(message.view())))
    ref.tell(PAYLOAD)
    engine.run_until_idle()
    gc.collect()
    overwrite(engine)
    assert read(kept[0]) == expected
    engine.close()
    for _ in range(3):
        with Engine() as other:
            overwrite(other)
    assert read(kept[0]) == expected
    kept.clear()
    gc.collect()


def test_an_iterator_of_records_goes_on_after_the_engine(engine: Engine) -> None:
    kept: list[Any] = []
    ref = engine.spawn(lambda c, m: kept.append(struct.iter_unpack("<64s", m.view())))
    ref.tell(PAYLOAD)
    engine.run_until_idle()
    first = next(kept[0])[0]
    overwrite(engine)
    engine.close()
    assert first + b"".join(record for (record,) in kept[0]) == PAYLOAD


def test_nothing_else_can_be_read(engine: Engine) -> None:
    views: list[memoryview] = []

    def receive(context: Context, message: Message) -> None:
        view = message.view()
        assert view.readonly
        assert view == PAYLOAD
        views.append(view)

    ref = engine.spawn(receive)
    ref.tell(PAYLOAD)
    engine.run_until_idle()
    for use in (bytes, len, lambda view: view[0], memoryview):
        with pytest.raises(ValueError, match="released"):
            use(views[0])
    engine.close()


def test_a_view_that_something_exports_stays_valid_itself(engine: Engine) -> None:
    # As Python has it: a view cannot be released while an array is made of it.
    kept: list[Any] = []

    def receive(context: Context, message: Message) -> None:
        view = message.view()
        kept.extend([view, pickle.PickleBuffer(view)])

    engine.spawn(receive).tell(PAYLOAD)
    engine.run_until_idle()
    overwrite(engine)
    engine.close()
    assert kept[0] == PAYLOAD
    kept.clear()
    gc.collect()


def test_views_that_are_kept_hold_memory_until_they_are_dropped(engine: Engine) -> None:
    kept: list[Any] = []
    ref = engine.spawn(lambda context, message: kept.append(message.view()[:1]))
    ref.tell(PAYLOAD)
    engine.run_until_idle()
    kept.clear()
    held = engine.statistics().memory_bytes
    ref.tell_many([PAYLOAD] * 100)
    engine.run_until_idle()
    assert engine.statistics().memory_bytes >= held + 99 * SIZE
    for view in kept:
        assert view == PAYLOAD[:1]
    kept.clear()
    gc.collect()
    before = engine.statistics().memory_bytes
    ref.tell_many([PAYLOAD] * 100)
    engine.run_until_idle()
    assert engine.statistics().memory_bytes <= before + 2 * SIZE  # the same again
    kept.clear()
    engine.close()


def test_a_receiver_that_fails_may_keep_some(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    kept: list[Any] = []

    def receive(context: Context, message: Message) -> None:
        kept.append(message.view()[:])
        raise ValueError("as it should")

    engine.spawn(receive).tell(PAYLOAD)
    engine.run_until_idle()
    caplog.clear()
    overwrite(engine)
    engine.close()
    assert kept[0] == PAYLOAD
    kept.clear()


def test_of_a_batch(engine: Engine) -> None:
    kept: list[memoryview] = []

    class Gathering(Actor):
        def receive_batch(self, context: Context, messages: Batch) -> None:
            kept.extend(message.view()[:] for message in messages)

    payloads = [PAYLOAD[index:] for index in range(20)]
    engine.spawn(Gathering).tell_many(payloads)
    engine.run_until_idle()
    overwrite(engine)
    engine.close()
    assert list(map(bytes, kept)) == payloads


def test_of_a_publication_that_many_share(engine: Engine) -> None:
    kept: list[memoryview] = []

    class Subscriber(Actor):
        def init(self, context: Context) -> None:
            context.subscribe("publisher")

        def receive(self, context: Context, message: Message) -> None:
            kept.append(message.view()[:])

    publisher = engine.spawn(lambda context, message: None, id="publisher")
    for _ in range(10):
        engine.spawn(Subscriber)
    engine.run_until_idle()
    engine.publish(publisher, PAYLOAD)
    engine.run_until_idle()
    overwrite(engine)
    del kept[3:]
    gc.collect()
    overwrite(engine)
    engine.close()
    assert list(map(bytes, kept)) == [PAYLOAD] * 3
    kept.clear()


def test_of_a_coroutine(engine: Engine) -> None:
    kept: list[memoryview] = []

    async def receive(context: Context, message: Message) -> None:
        view = message.view()
        kept.append(view[:])
        await context.sleep(1.0)
        with pytest.raises(ValueError, match="released"):
            bytes(view)
        assert message.view() == PAYLOAD  # a copy, for the message is kept
        kept.append(message.view())

    engine.spawn(receive).tell(PAYLOAD)
    engine.run_until_idle()
    overwrite(engine)
    engine.advance(1.0)
    engine.run_until_idle()
    overwrite(engine)
    engine.close()
    assert list(map(bytes, kept)) == [PAYLOAD] * 2


def test_of_a_payload_with_a_codec(engine: Engine) -> None:
    kept: list[memoryview] = []
    ref = engine.spawn(lambda c, m: kept.append(m.view()[:]), codec=codecs.Pickle)
    ref.tell(PAYLOAD)
    engine.run_until_idle()
    overwrite(engine)
    engine.close()
    assert pickle.loads(kept[0]) == PAYLOAD


def test_the_last_that_looks_into_it_may_be_on_another_thread(engine: Engine) -> None:
    kept: list[memoryview] = []
    engine.spawn(lambda c, m: kept.append(m.view()[:])).tell_many([PAYLOAD] * 10)
    engine.run_until_idle()
    seen: list[bytes] = []

    def look() -> None:
        while kept:
            seen.append(bytes(kept.pop()))
        gc.collect()

    thread = threading.Thread(target=look)
    thread.start()
    overwrite(engine)
    thread.join()
    assert seen == [PAYLOAD] * 10
    engine.close()


def test_short_payloads_are_copied_and_may_be_kept(engine: Engine) -> None:
    kept: list[memoryview] = []
    engine.spawn(lambda c, m: kept.append(m.view())).tell_many([b"%02d" % n for n in range(50)])
    engine.run_until_idle()
    overwrite(engine)
    engine.close()
    assert list(map(bytes, kept)) == [b"%02d" % n for n in range(50)]
