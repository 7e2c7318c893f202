"""Payloads without a copy, during the callback and beyond it."""

from __future__ import annotations

import gc
from array import array
from typing import Any

import pytest

from backstage import Actor, Batch, Context, Engine, Message, Ref, codecs

from .support import Failing

LONG = bytes(range(256)) * 20


def looker(engine: Engine, look: Any, **options: Any) -> Ref:
    return engine.spawn(lambda context, message: look(message) and None, **options)


@pytest.mark.parametrize("payload", [b"", b"short", b"x" * 32, b"y" * 33, LONG])
def test_a_view_shows_the_payload(engine: Engine, payload: bytes) -> None:
    seen: list[bool] = []

    def look(message: Message) -> None:
        view = message.view()
        assert view == payload
        assert (view.readonly, view.format, view.ndim, view.nbytes) == (True, "B", 1, len(payload))
        assert view.contiguous
        with pytest.raises(TypeError):
            view[:] = b""
        assert message.payload == payload
        assert message.view() == payload
        seen.append(True)

    looker(engine, look).tell(payload)
    engine.run_until_idle()
    assert seen


def test_a_view_of_a_long_payload_ends_with_the_callback(engine: Engine) -> None:
    kept: list[memoryview] = []
    looker(engine, lambda message: kept.append(message.view())).tell(LONG)
    engine.run_until_idle()
    with pytest.raises(ValueError, match="released"):
        bytes(kept[0])


def test_what_looks_into_a_view_keeps_the_payload(engine: Engine) -> None:
    slices: list[memoryview] = []

    def look(message: Message) -> None:
        slices.append(message.view()[100:200])
        slices.append(message.view()[::2])

    ref = looker(engine, look)
    ref.tell(LONG)
    engine.run_until_idle()
    for _ in range(20):
        ref.tell(bytes(len(LONG)))  # would be where the first was
        engine.run_until_idle()
    assert slices[0] == LONG[100:200]
    assert slices[1] == LONG[::2]
    slices.clear()


def test_what_looks_into_a_view_may_outlive_the_engine(engine: Engine) -> None:
    kept: list[Any] = []
    looker(engine, lambda message: kept.append(message.view()[1:])).tell(LONG)
    engine.run_until_idle()
    engine.close()
    gc.collect()
    assert kept[0] == LONG[1:]
    kept.clear()
    gc.collect()


def test_views_of_several_messages_at_once(engine: Engine) -> None:
    sums: list[int] = []
    kept: list[memoryview] = []

    class Adder(Actor):
        def receive_batch(self, context: Context, messages: Batch) -> None:
            views = [message.view() for message in messages]
            sums.extend(map(sum, views))
            kept.extend(views)

    engine.spawn(Adder).tell_many([LONG, bytes(1000), b"\1" * 50, b"\2"])
    engine.run_until_idle()
    assert sums == [sum(LONG), 0, 50, 2]
    for view in kept[:3]:
        with pytest.raises(ValueError, match="released"):
            bytes(view)


def test_a_view_needs_no_codec(engine: Engine) -> None:
    seen: list[bytes] = []
    ref = looker(engine, lambda message: seen.append(bytes(message.view())), codec=codecs.JSON)
    ref.tell(list(range(100)))
    engine.run_until_idle()
    assert seen[0].startswith(b"[0,1,2,")


def test_a_view_can_be_cast_to_numbers(engine: Engine) -> None:
    sums: list[float] = []
    values = array("d", range(1000))
    looker(engine, lambda message: sums.append(sum(message.view().cast("d")))).tell(values)
    engine.run_until_idle()
    assert sums == [sum(values)]


def test_views_end_when_the_callback_fails(engine: Engine, logged: Any) -> None:
    kept: list[memoryview] = []
    sliced: list[memoryview] = []

    def receive(context: Context, message: Message) -> None:
        kept.append(message.view())
        sliced.append(message.view()[3:])
        raise Failing

    engine.spawn(receive).tell(LONG)
    engine.run_until_idle()
    assert len(logged.errors()) == 1
    with pytest.raises(ValueError, match="released"):
        bytes(kept[0])
    assert sliced[0] == LONG[3:]
    sliced.clear()


def test_a_view_of_a_kept_message_is_of_its_copy(engine: Engine) -> None:
    kept: list[Message] = []
    ref = looker(engine, kept.append)
    ref.tell(LONG)
    engine.run_until_idle()
    ref.tell(bytes(len(LONG)))
    engine.run_until_idle()
    assert kept[0].view() == LONG


def test_views_of_a_publication_are_of_one_payload(engine: Engine) -> None:
    seen: list[bytes] = []

    class Subscriber(Actor):
        def init(self, context: Context) -> None:
            context.subscribe("news")

        def receive(self, context: Context, message: Message) -> None:
            seen.append(bytes(message.view()[:3]))

    for _ in range(3):
        engine.spawn(Subscriber)
    news = engine.spawn(
        lambda context, message: context.publish(message.view()) and None, id="news"
    )
    engine.run_until_idle()
    news.tell(LONG)
    engine.run_until_idle()
    assert seen == [LONG[:3]] * 3


def test_a_view_can_be_sent_on(engine: Engine) -> None:
    seen: list[bytes] = []
    last = looker(engine, lambda message: seen.append(message.payload))

    def send_on(context: Context, message: Message) -> None:
        view = message.view()
        for start in range(3):
            last.tell(view[start:])

    engine.spawn(send_on).tell(LONG)
    engine.run_until_idle()
    assert seen == [LONG, LONG[1:], LONG[2:]]


def test_views_in_a_coroutine_end_where_it_waits(engine: Engine) -> None:
    seen: list[Any] = []
    server = engine.spawn(lambda context, message: b"reply")

    async def receive(context: Context, message: Message) -> None:
        view = message.view()
        seen.append(bytes(view[:2]))
        await server.ask(b"")
        with pytest.raises(ValueError, match="released"):
            bytes(view)
        seen.append(message.payload)

    engine.spawn(receive).tell(LONG)
    engine.run_until_idle()
    assert seen == [LONG[:2], LONG]
