"""Messages kept beyond their callback."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from backstage import (
    Actor,
    Context,
    Engine,
    Message,
    MessageType,
    Reason,
    Ref,
    TimerEvent,
    codecs,
)

from .support import Failing, ignore, ledger_holds


def hoard(engine: Engine, kept: list[Message], **options: Any) -> Ref:
    return engine.spawn(lambda context, message: kept.append(message), **options)


@pytest.mark.parametrize("size", [0, 1, 32, 33, 5000])
@pytest.mark.parametrize("count", [1, 2, 3, 8, 9, 64, 200])
def test_each_keeps_what_it_held(engine: Engine, size: int, count: int) -> None:
    kept: list[Message] = []
    ref = hoard(engine, kept)
    payloads = [bytes([number]) * size for number in range(count)]
    for _ in range(2):
        ref.tell_many(payloads)
        engine.run_until_idle()
    assert [message.payload for message in kept] == payloads * 2
    assert [message.size for message in kept] == [size] * count * 2


def test_only_some_are_kept(engine: Engine) -> None:
    kept: list[Message] = []

    def receive(context: Context, message: Message) -> None:
        if message.payload[0] % 3 == 0:
            kept.append(message)

    engine.spawn(receive).tell_many(bytes(range(200)), size=1)
    engine.run_until_idle()
    assert [message.payload[0] for message in kept] == list(range(0, 200, 3))


def test_one_kept_in_a_cycle_or_a_closure(engine: Engine) -> None:
    calls: list[Any] = []

    def receive(context: Context, message: Message) -> None:
        calls.append(lambda: message.payload)

    engine.spawn(receive).tell_many([b"%d" % number for number in range(20)])
    engine.run_until_idle()
    assert [call() for call in calls] == [b"%d" % number for number in range(20)]


def test_one_kept_by_the_exception_it_caused(engine: Engine, logged: Any) -> None:
    def receive(context: Context, message: Message) -> None:
        raise Failing(message)

    refs = [engine.spawn(receive) for _ in range(3)]
    for number, ref in enumerate(refs):
        ref.tell(b"%d" % number * (number * 50 + 1))
        ref.tell(b"more")
    engine.run_until_idle()
    messages = [error.args[0] for error in logged.errors()]
    assert [message.payload[:1] for message in messages] == [b"0", b"1", b"2"]


def test_the_sender_stays(engine: Engine) -> None:
    kept: list[Message] = []
    ref = hoard(engine, kept)
    senders = [engine.spawn(lambda context, message: ref.tell(message.payload)) for _ in range(3)]
    for sender in senders:
        sender.tell(b"x")
    ref.tell(b"from outside")
    engine.run_until_idle()
    assert {message.sender for message in kept} == {None, *senders}


def test_the_topic_stays(engine: Engine) -> None:
    kept: list[Message] = []
    ref = hoard(engine, kept)
    engine.context(ref).subscribe("news", ">")
    news = engine.spawn(ignore, id="news")
    engine.context(news).publish(b"", "a.b")
    engine.run_until_idle()
    engine.context(ref).unsubscribe("news", ">")
    engine.run_until_idle()
    assert kept[0].topic == "a.b"


def test_an_event_stays(engine: Engine) -> None:
    kept: list[Message] = []
    ref = hoard(engine, kept)
    engine.context(ref).after(1.0)
    engine.advance(1.0)
    engine.run_until_idle()
    assert kept[0].event == TimerEvent(1.0, 1)


def test_what_a_codec_makes_of_it_can_be_asked_for_later(engine: Engine) -> None:
    kept: list[Message] = []
    ref = hoard(engine, kept, codec=codecs.JSON)
    ref.tell({"a": [1, 2, 3]})
    ref.tell(list(range(100)))
    engine.run_until_idle()
    assert kept[0].payload == {"a": [1, 2, 3]}
    assert kept[1].payload == list(range(100))


def test_a_request_can_be_answered_later(engine: Engine) -> None:
    kept: list[Message] = []
    ref = hoard(engine, kept)
    first, second = ref.ask(b"1", block=False), ref.ask(b"2", block=False)
    engine.run_until_idle()
    assert not first.done()
    kept[1].reply(b"two")
    kept[0].reply_handle().reply(b"one")
    engine.run_until_idle()
    assert (first.get(), second.get()) == (b"one", b"two")


def test_one_of_an_actor_that_has_ended(engine: Engine) -> None:
    kept: list[Message] = []
    ref = hoard(engine, kept)
    ref.tell(b"x" * 100)
    engine.run_until_idle()
    ref.stop()
    engine.run_until_idle()
    message = kept[0]
    assert (message.payload, message.type, message.sender) == (b"x" * 100, MessageType.SEND, None)
    engine.close()
    assert message.payload == b"x" * 100


def test_in_deinit_they_are_still_what_they_were(engine: Engine) -> None:
    seen: list[bytes] = []

    class Hoarder(Actor):
        def __init__(self) -> None:
            self.kept: list[Message] = []

        def receive(self, context: Context, message: Message) -> None:
            self.kept.append(message)

        def deinit(self, context: Context, reason: Reason) -> None:
            seen.extend(message.payload for message in self.kept)

    ref = engine.spawn(Hoarder)
    ref.tell_many([b"a", b"b" * 100, b"c"])
    engine.run_until_idle()
    ref.stop()
    engine.run_until_idle()
    assert seen == [b"a", b"b" * 100, b"c"]


def test_a_copy_of_one_is_as_good(engine: Engine) -> None:
    kept: list[Message] = []
    ref = engine.spawn(lambda context, message: kept.append(copy.copy(message)))
    ref.tell_many([b"%d" % number for number in range(10)])
    engine.run_until_idle()
    assert [message.payload for message in kept] == [b"%d" % number for number in range(10)]
    assert ledger_holds(engine)
