"""Publishing and subscribing."""

from __future__ import annotations

from typing import Any

import pytest

import backstage
from backstage import (
    Actor,
    Context,
    DeadLetter,
    DeadReason,
    Engine,
    Message,
    MessageType,
    Overflow,
    Ref,
    Supervision,
)

from .support import Failing, Keeper, ignore, inside


class Subscriber(Actor):
    """Notes topics and payloads of what is published."""

    def __init__(self, notes: list[Any], *topics: str | None) -> None:
        self.notes = notes
        self.topics = topics

    def init(self, context: Context) -> None:
        for topic in self.topics:
            context.subscribe("news", topic)

    def receive(self, context: Context, message: Message) -> None:
        assert message.type is MessageType.PUBLISH
        self.notes.append((message.topic, message.payload))


def subscribe(engine: Engine, *topics: str | None, **options: Any) -> list[Any]:
    notes: list[Any] = []
    engine.spawn(Subscriber, notes, *topics, **options)
    engine.run_until_idle()
    return notes


def publisher(engine: Engine) -> Context:
    return engine.context(engine.spawn(ignore, id="news"))


def test_the_default_topic_and_named_ones(engine: Engine) -> None:
    default, named, both = (
        subscribe(engine, None), subscribe(engine, "a.b"), subscribe(engine, None, "a.b"),
    )  # fmt: skip
    news = publisher(engine)
    assert news.publish(b"1") == 2
    assert news.publish(b"2", "a.b") == 2
    assert news.publish(b"3", "a") == 0
    engine.run_until_idle()
    assert default == [("", b"1")]
    assert named == [("a.b", b"2")]
    assert both == [("", b"1"), ("a.b", b"2")]


@pytest.mark.parametrize(
    ("pattern", "matched"),
    [
        ("cpu.*.load", ["cpu.0.load", "cpu.x.load"]),
        ("cpu.>", ["cpu.0.load", "cpu.x.load", "cpu.x"]),
        ("*", ["net"]),
        (">", ["cpu.0.load", "cpu.x.load", "cpu.x", "net"]),
        ("*.x", ["cpu.x"]),
        ("net", ["net"]),
    ],
)
def test_patterns(engine: Engine, pattern: str, matched: list[str]) -> None:
    notes = subscribe(engine, pattern)
    news = publisher(engine)
    for topic in ("cpu.0.load", "cpu.x.load", "cpu.x", "net", None):
        news.publish(b"", topic)
    engine.run_until_idle()
    assert [topic for topic, _ in notes] == matched


def test_who_matches_several_times_gets_it_once(engine: Engine) -> None:
    notes = subscribe(engine, "a.b", "a.*", "a.>", ">")
    assert publisher(engine).publish(b"x", "a.b") == 1
    engine.run_until_idle()
    assert notes == [("a.b", b"x")]


INVALID = ["", ".", "a.", ".a", "a..b", "x" * 256, ".".join("a" * 17), "a\0b"]


@pytest.mark.parametrize("topic", [*INVALID, "a.*", ">", "a.>"])
def test_what_is_no_topic(engine: Engine, topic: str) -> None:
    news = publisher(engine)
    with pytest.raises(backstage.InvalidTopic):
        news.publish(b"", topic)
    with pytest.raises(backstage.InvalidTopic):
        engine.publish(news.ref, b"", topic)
    assert engine.statistics().accepted == 0


@pytest.mark.parametrize("topic", [*INVALID, "a.>.b", "a*", ">.a"])
def test_what_is_no_pattern(engine: Engine, topic: str) -> None:
    context = engine.context(engine.spawn(ignore))
    with pytest.raises(backstage.InvalidTopic):
        context.subscribe("news", topic)
    with pytest.raises(backstage.InvalidTopic):
        context.unsubscribe("news", topic)


@pytest.mark.parametrize("publisher_id", ["", "x" * 256, "a\0b"])
def test_what_is_no_publisher(engine: Engine, publisher_id: str) -> None:
    context = engine.context(engine.spawn(ignore))
    for use in (context.subscribe, context.unsubscribe):
        with pytest.raises(backstage.InvalidId):
            use(publisher_id)
        with pytest.raises(backstage.InvalidId):
            use(publisher_id, "topic")


def test_a_subscription_is_by_id_and_holds_for_whoever_has_it(engine: Engine) -> None:
    notes = subscribe(engine, None)
    for number in range(3):
        news = publisher(engine)
        news.publish(b"%d" % number)
        engine.run_until_idle()
        news.ref.stop()
        engine.run_until_idle()
    assert [payload for _, payload in notes] == [b"0", b"1", b"2"]


def test_twice_is_once(engine: Engine) -> None:
    notes: list[Any] = []
    context = engine.context(engine.spawn(Subscriber, notes))
    assert context.subscribe("news") is True
    assert context.subscribe("news") is False
    assert context.subscribe("news", "a") is True
    assert context.subscribe("news", "a") is False
    publisher(engine).publish(b"")
    engine.run_until_idle()
    assert len(notes) == 1


def test_unsubscribe(engine: Engine) -> None:
    notes: list[Any] = []
    context = engine.context(engine.spawn(Subscriber, notes, None, "a", "b.*"))
    engine.run_until_idle()
    news = publisher(engine)
    for topic in (None, "a", "b.*"):
        context.unsubscribe("news", topic)
        with pytest.raises(backstage.NotSubscribed):
            context.unsubscribe("news", topic)
    for topic in (None, "a", "b.c"):
        assert news.publish(b"", topic) == 0
    engine.run_until_idle()
    assert notes == []
    with pytest.raises(backstage.NotSubscribed):
        context.unsubscribe("others")


def test_a_restart_keeps_subscriptions(engine: Engine, logged: Any) -> None:
    notes: list[Any] = []

    class Fragile(Subscriber):
        def receive(self, context: Context, message: Message) -> None:
            super().receive(context, message)
            if message.payload == b"fail":
                raise Failing

    boss = engine.spawn(ignore, supervision=Supervision())
    engine.context(boss).spawn_child(Fragile, notes, None)
    engine.run_until_idle()
    news = publisher(engine)
    for payload in (b"a", b"fail", b"b"):
        assert news.publish(payload) == 1
        engine.run_until_idle()
    assert [payload for _, payload in notes] == [b"a", b"fail", b"b"]
    assert len(logged.errors()) == 1


def test_who_has_ended_is_subscribed_no_more(engine: Engine) -> None:
    ref = engine.spawn(Subscriber, [], None)
    engine.run_until_idle()
    news = publisher(engine)
    ref.stop()
    assert news.publish(b"") == 0
    engine.run_until_idle()
    assert news.publish(b"") == 0


def test_full_inboxes_make_dead_letters(engine: Engine, letters: list[DeadLetter]) -> None:
    rejects = subscribe(engine, None, capacity=1)
    drops = subscribe(engine, None, capacity=1, overflow=Overflow.DROP_OLDEST)
    free = subscribe(engine, None)
    news = publisher(engine)
    assert [news.publish(b"%d" % number) for number in range(3)] == [3, 2, 2]
    engine.run_until_idle()
    assert [payload for _, payload in rejects] == [b"0"]
    assert [payload for _, payload in drops] == [b"2"]
    assert [payload for _, payload in free] == [b"0", b"1", b"2"]
    reasons = [letter.reason for letter in letters]
    assert reasons.count(DeadReason.INBOX_FULL) == 2
    assert reasons.count(DeadReason.DROPPED_OLDEST) == 2


@pytest.mark.parametrize("size", [0, 32, 33, 5000])
def test_payloads_of_any_size(engine: Engine, size: int) -> None:
    kept = [subscribe(engine, None) for _ in range(3)]
    news = publisher(engine)
    news.publish(bytes(size))
    news.publish(bytearray(b"x" * size))
    engine.run_until_idle()
    assert kept == [[("", bytes(size)), ("", b"x" * size)]] * 3


def test_an_actor_without_an_id_has_no_subscribers(engine: Engine) -> None:
    assert engine.context(engine.spawn(ignore)).publish(b"") == 0


def test_the_sender_is_the_publisher(engine: Engine) -> None:
    senders: list[Ref | None] = []

    class Asks(Actor):
        def init(self, context: Context) -> None:
            context.subscribe("news")

        def receive(self, context: Context, message: Message) -> None:
            senders.append(message.sender)

    engine.spawn(Asks)
    engine.run_until_idle()
    news = publisher(engine)
    news.publish(b"")
    engine.publish(news.ref, b"")
    inside(engine, lambda context: engine.publish(news.ref, b""))
    engine.run_until_idle()
    assert senders == [news.ref] * 3


def test_nobody_can_publish_for_who_has_ended(engine: Engine) -> None:
    news = publisher(engine)
    news.ref.stop()
    engine.run_until_idle()
    with pytest.raises(backstage.NotFound):
        engine.publish(news.ref, b"")


def test_subscriptions_are_seen_if_asked_for(engine: Engine) -> None:
    seen: list[Any] = []

    class Sees(Actor):
        sees_subscriptions = True

        def receive(self, context: Context, message: Message) -> None:
            seen.append((message.type.name, message.topic, message.sender))

    early = engine.context(engine.spawn(ignore))
    early.subscribe("news", "early")
    engine.spawn(Sees, id="news")
    late = engine.context(engine.spawn(ignore))
    late.subscribe("news")
    late.unsubscribe("news")
    engine.run_until_idle()
    early.ref.stop()
    engine.run_until_idle()
    assert seen == [
        ("SUBSCRIBE", "early", early.ref),
        ("SUBSCRIBE", "", late.ref),
        ("UNSUBSCRIBE", "", late.ref),
        ("UNSUBSCRIBE", "early", early.ref),
    ]


def test_broadcasts_reach_a_kind_in_order_of_birth(engine: Engine) -> None:
    order: list[str] = []

    def member(name: str) -> Any:
        return lambda context, message: order.append(name)

    for name in "abc":
        engine.spawn(member(name), kind="letters")
    engine.spawn(member("x"), kind="others")
    engine.spawn(member("y"))
    assert inside(engine, lambda context: context.broadcast("letters", b"")) == 3
    engine.broadcast("letters", b"")
    engine.run_until_idle()
    assert order == ["a", "b", "c", "a", "b", "c"]
    assert inside(engine, lambda context: context.broadcast("nobody", b"")) == 0


def test_who_broadcasts_is_reached_too(engine: Engine) -> None:
    kept: list[bytes] = []
    keeper = engine.spawn(Keeper, kept, kind="all")
    assert engine.context(keeper).broadcast("all", b"x") == 1
    engine.run_until_idle()
    assert kept == [b"x"]
