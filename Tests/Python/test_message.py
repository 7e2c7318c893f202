"""What a message tells of itself, by type."""

from __future__ import annotations

from typing import Any

import pytest

import backstage
from backstage import (
    Context,
    Engine,
    Message,
    MessageType,
    Reason,
    Ref,
    Termination,
    TimerEvent,
    codecs,
)

from .support import Failing, Keeper, Noter, fail, ignore


def test_a_send(engine: Engine) -> None:
    notes: list[Any] = []

    def note(message: Message) -> Any:
        return (
            message.type,
            message.payload,
            message.size,
            message.token,
            message.topic,
            message.event,
        )

    for payload in (b"short", b"long" * 100):
        engine.spawn(Noter, note, notes).tell(payload)
        engine.run_until_idle()
        assert notes.pop() == (MessageType.SEND, payload, len(payload), 0, None, None)


@pytest.mark.parametrize("codec", [None, codecs.JSON])
def test_a_publication(engine: Engine, codec: Any) -> None:
    notes: list[Any] = []

    def note(message: Message) -> Any:
        return message.type, message.payload, message.sender, message.topic, message.event

    class Subscriber(Noter):
        def init(self, context: Context) -> None:
            context.subscribe("news")
            context.subscribe("news", "a.b")
            context.subscribe("news", "wide.>")

    engine.spawn(Subscriber, note, notes, codec=codec)
    engine.run_until_idle()
    publisher = engine.spawn(ignore, id="news", codec=codec)
    payload: Any = b"payload" if codec is None else {"a": 1}
    context = engine.context(publisher)
    for topic in (None, "a.b", "wide.x.y"):
        assert context.publish(payload, topic) == 1
    engine.run_until_idle()
    expected = [
        (MessageType.PUBLISH, payload, publisher, topic, None) for topic in ("", "a.b", "wide.x.y")
    ]
    assert notes == expected


@pytest.mark.parametrize("codec", [None, codecs.JSON, codecs.Pickle, codecs.Reference])
def test_subscriptions_are_seen_whatever_the_codec(engine: Engine, codec: Any) -> None:
    notes: list[Any] = []
    publisher = engine.spawn(
        Noter,
        lambda message: (message.type, message.payload, message.topic, message.sender),
        notes,
        id="publisher",
        sees_subscriptions=True,
        codec=codec,
    )
    subscriber = engine.spawn(ignore)
    context = engine.context(subscriber)
    context.subscribe("publisher")
    context.subscribe("publisher", "a.*")
    context.unsubscribe("publisher", "a.*")
    engine.run_until_idle()
    assert notes == [
        (MessageType.SUBSCRIBE, b"", "", subscriber),
        (MessageType.SUBSCRIBE, b"a.*", "a.*", subscriber),
        (MessageType.UNSUBSCRIBE, b"a.*", "a.*", subscriber),
    ]
    assert publisher.is_alive()


def test_a_request_and_its_reply(engine: Engine) -> None:
    notes: list[Any] = []

    def serve(context: Context, message: Message) -> bytes:
        notes.append((message.type, message.payload, message.sender, message.event))
        assert message.token
        return b"reply"

    server = engine.spawn(serve)
    asker = engine.spawn(
        Noter,
        lambda message: (
            message.type,
            message.payload,
            message.sender,
            message.token,
            message.event,
        ),
        notes,
    )
    token = engine.context(asker).request(server, b"request")
    engine.run_until_idle()
    assert notes == [
        (MessageType.REQUEST, b"request", asker, None),
        (MessageType.REPLY, b"reply", server, token, None),
    ]


def test_a_failure(engine: Engine, logged: Any) -> None:
    notes: list[Any] = []
    asker = engine.spawn(Noter, lambda message: (message.type, message.token, message.event), notes)
    token = engine.context(asker).request(engine.spawn(fail), b"request")
    engine.run_until_idle()
    ((kind, told, event),) = notes
    assert (kind, told) == (MessageType.FAILURE, token)
    assert isinstance(event.error, backstage.Stopped)
    assert isinstance(event.error.__cause__, Failing)
    assert len(logged.errors()) == 1


def test_a_timer_s_event(engine: Engine) -> None:
    notes: list[Any] = []

    def note(message: Message) -> Any:
        assert message.sender is None
        return message.type, message.token, message.event

    ref = engine.spawn(Noter, note, notes)
    once = engine.context(ref).after(1.5)
    often = engine.context(ref).every(1.0)
    engine.advance(3.25)
    engine.run_until_idle()
    assert notes == [
        (MessageType.TIMER, often.token, TimerEvent(1.0, 3)),
        (MessageType.TIMER, once.token, TimerEvent(1.5, 1)),
    ]


def test_a_termination(engine: Engine) -> None:
    notes: list[Any] = []
    ended = engine.spawn(ignore)
    ref = engine.spawn(Noter, lambda message: (message.type, message.sender, message.event), notes)
    engine.context(ref).monitor(ended)
    ended.stop()
    engine.run_until_idle()
    event = Termination(Reason.STOPPED, 0, ended, Reason.STOPPED)
    assert notes == [(MessageType.TERMINATED, ended, event)]


def test_an_event_is_read_by_no_codec(engine: Engine) -> None:
    notes: list[Any] = []
    ref = engine.spawn(
        Noter, lambda message: (len(message.payload), message.event), notes, codec=codecs.JSON
    )
    engine.context(ref).after(1.0)
    engine.advance(1.0)
    engine.run_until_idle()
    assert notes == [(16, TimerEvent(1.0, 1))]


def test_a_payload_is_decoded_once_and_only_when_asked_for(engine: Engine) -> None:
    decoded: list[bytes] = []

    class Counting:
        def encode(self, value: Any, /) -> bytes:
            return bytes(value)

        def decode(self, data: bytes, /) -> Any:
            decoded.append(data)
            return [data]

    def receive(context: Context, message: Message) -> None:
        if message.size > 1:
            assert message.payload is message.payload

    ref = engine.spawn(receive, codec=Counting())
    ref.tell(b"a")
    ref.tell(b"bb")
    engine.run_until_idle()
    assert decoded == [b"bb"]


def test_a_codec_that_raises_is_the_receiver_s_failure(engine: Engine, logged: Any) -> None:
    ref = engine.spawn(lambda context, message: message.payload, codec=codecs.JSON)
    ref.using(None).tell(b"{")
    engine.run_until_idle()
    assert not ref.is_alive()
    (error,) = logged.errors()
    assert isinstance(error, ValueError)


def test_only_a_request_is_replied_to(engine: Engine) -> None:
    errors: list[str] = []

    def receive(context: Context, message: Message) -> None:
        for answer in (lambda: message.reply(b""), message.reply_handle):
            with pytest.raises(backstage.InvalidArgument) as error:
                answer()
            errors.append(str(error.value))

    ref = engine.spawn(receive)
    ref.tell(b"short")
    ref.tell(b"long" * 100)
    engine.context(ref).after(0.0)
    engine.run_until_idle()
    assert len(errors) == 6
    assert "SEND" in errors[0]


def test_a_message_shows_itself(engine: Engine) -> None:
    notes: list[str] = []
    ref = engine.spawn(Noter, repr, notes)
    ref.tell(b"abc")
    ref.tell(b"abc" * 100)
    engine.run_until_idle()
    assert notes == ["<Message SEND, 3 bytes>", "<Message SEND, 300 bytes>"]


def test_the_sender_s_ref_knows_its_codec(engine: Engine) -> None:
    kept: list[Any] = []
    sender: Ref = engine.spawn(Keeper, kept, codec=codecs.JSON)

    def receive(context: Context, message: Message) -> None:
        assert message.sender is not None
        message.sender.tell({"back": 1})

    ref = engine.spawn(receive)
    engine.context(sender).tell(ref, b"")
    engine.run_until_idle()
    assert kept == [{"back": 1}]
